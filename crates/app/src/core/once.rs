//! A use case's body, run once by code that does not know its answer's type, so
//! that the same code serves every use case.

use lac_model::fault::Fault;
use lac_store::Result;

/// The body until it has run, then the answer.
pub(super) struct BodyOnce<B, T> {
    body: Option<B>,
    answer: Option<T>,
}

impl<B, T> BodyOnce<B, T> {
    pub(super) fn new(body: B) -> Self {
        let (body, answer) = (Some(body), None);
        Self { body, answer }
    }

    /// Keeps the answer and gives what else came of it.
    pub(super) fn run<R>(&mut self, run: impl FnOnce(B) -> Result<(T, R)>) -> Result<R> {
        let body = self.body.take();
        let body = body.ok_or_else(|| Fault::internal("a use case ran twice"))?;
        let (answer, rest) = run(body)?;
        self.answer = Some(answer);
        Ok(rest)
    }

    pub(super) fn answer(self) -> Result<T> {
        let answer = self.answer;
        answer.ok_or_else(|| Fault::internal("a use case did not run"))
    }
}
