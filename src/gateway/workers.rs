//! Threads that run use cases, so that the store never blocks connections.
//!
//! Each queue is bounded: a gateway that cannot keep up says so at once.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::Thread;

use serde::Serialize;
use tokio::sync::oneshot;

use lac_app::protocol::{ContextProvider, NoChannel, UseCase};
use lac_app::{Caller, Context};
use lac_model::fault::Fault;
use lac_store::Result;

/// A queue that several threads fill and empty.
#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    capacity: usize,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                is_closed: false,
            }),
            changed: Condvar::new(),
            capacity,
        }
    }

    /// `busy` if the queue is full or closed.
    pub(super) fn push(&self, item: T) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_closed || state.waiting.len() >= self.capacity {
            return Err(Fault::Busy { waited_seconds: 0 });
        }
        state.waiting.push_back(item);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for items and takes up to `most` of them; nothing once the queue is
    /// closed and empty.
    pub(super) fn take(&self, most: usize) -> Vec<T> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let has_none = |state: &mut State<T>| state.waiting.is_empty() && !state.is_closed;
        let waited = self.changed.wait_while(state, has_none);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let count = state.waiting.len().min(most);
        state.waiting.drain(..count).collect()
    }

    /// How many items wait.
    pub(super) fn len(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.len()
    }

    /// Takes no more items; those that wait are still handed out.
    pub(super) fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_closed = true;
        drop(state);
        self.changed.notify_all();
    }
}

/// What a worker does with a context, or with the error of opening the store.
type Work = Box<dyn FnOnce(Result<&Context<'_>>) + Send>;

/// Work on behalf of a caller.
pub(super) struct Job {
    caller: Caller,
    work: Work,
}

/// Runs jobs until the queue is closed. What they leave to be done at once is
/// for `chores`.
pub(super) fn run_jobs(
    queue: &Queue<Job>,
    contexts: &dyn ContextProvider,
    log_line: &(dyn Fn(&str) + Sync),
    chores: &Thread,
) {
    loop {
        let jobs = queue.take(1);
        if jobs.is_empty() {
            return;
        }
        for Job { caller, work } in jobs {
            let ran = catch_unwind(AssertUnwindSafe(|| {
                let mut work = Some(work);
                let opened = contexts.with_context(&caller, None, &mut |context| {
                    if let Some(work) = work.take() {
                        work(Ok(context));
                    }
                });
                if let (Err(fault), Some(work)) = (opened, work) {
                    work(Err(fault));
                }
            }));
            if ran.is_err() {
                log_line("a request panicked");
            }
            if contexts.has_urgent_maintenance() {
                chores.unpark();
            }
        }
    }
}

/// Runs `body` on a worker and waits for its answer.
pub(super) async fn run_on_worker<T: Send + 'static>(
    queue: &Queue<Job>,
    caller: Caller,
    body: impl FnOnce(&Context<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    queue.push(Job {
        caller,
        work: Box::new(move |context| {
            // The client may have gone.
            let _ = answer.send(context.and_then(body));
        }),
    })?;
    answered.await.unwrap_or_else(|_| Err(panicked()))
}

/// Runs a use case on a worker; its answer is JSON.
pub(super) async fn run_use_case<U: UseCase + Send + 'static>(
    queue: &Queue<Job>,
    caller: Caller,
    request: U,
) -> Result<Vec<u8>> {
    let run = |context: &Context<'_>| to_json(&request.run_on(context, &mut NoChannel)?);
    run_on_worker(queue, caller, run).await
}

pub(super) fn to_json(answer: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(answer).map_err(Fault::internal)
}

/// The sender of an answer is dropped when its request panics.
pub(super) fn panicked() -> Fault {
    Fault::internal("a request panicked")
}
