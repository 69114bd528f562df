//! Runs a use case's body once from code that is not generic over its answer,
//! so that this code is compiled once and not for every use case.

use lac_model::fault::Fault;
use lac_store::Result;

/// Holds the body until it has run, then its answer.
pub(super) struct BodyOnce<B, T> {
    body: Option<B>,
    answer: Option<T>,
}

impl<B, T> BodyOnce<B, T> {
    pub(super) fn new(body: B) -> Self {
        let (body, answer) = (Some(body), None);
        Self { body, answer }
    }

    /// Runs the body, keeps its answer and returns the rest.
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
