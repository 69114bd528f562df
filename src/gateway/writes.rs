//! The queue of redemptions and reports: one thread takes everything that waits.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::workers::{Queue, panicked, to_json};
use lac_app::login::LoginRedeem;
use lac_app::protocol::ContextProvider;
use lac_app::{Caller, Context};
use lac_store::Result;

/// Most requests that are taken at once.
const MAX_BATCH: usize = 64;

/// A request that changes sessions.
pub(super) enum WriteRequest {
    Redeem(LoginRedeem),
}

impl WriteRequest {
    /// Runs the request; the answer is JSON.
    fn run(self, context: &Context<'_>) -> Result<Vec<u8>> {
        match self {
            Self::Redeem(request) => to_json(&request.run(context)?),
        }
    }
}

/// A request that waits for its turn.
pub(super) struct PendingWrite {
    caller: Caller,
    request: WriteRequest,
    answer: oneshot::Sender<Result<Vec<u8>>>,
}

/// Queues a request and waits for its answer.
pub(super) async fn run_write(
    queue: &Queue<PendingWrite>,
    caller: Caller,
    request: WriteRequest,
) -> Result<Vec<u8>> {
    let (answer, answered) = oneshot::channel();
    queue.push(PendingWrite {
        caller,
        request,
        answer,
    })?;
    answered.await.unwrap_or_else(|_| Err(panicked()))
}

/// Runs queued requests until the queue is closed.
pub(super) fn run_writes(
    queue: &Queue<PendingWrite>,
    contexts: &dyn ContextProvider,
    log_line: &(dyn Fn(&str) + Sync),
) {
    loop {
        let batch = queue.take(MAX_BATCH);
        if batch.is_empty() {
            return;
        }
        for write in batch {
            if catch_unwind(AssertUnwindSafe(|| run_one(contexts, write))).is_err() {
                log_line("a request panicked");
            }
        }
    }
}

fn run_one(contexts: &dyn ContextProvider, write: PendingWrite) {
    let mut request = Some(write.request);
    let mut answer = Ok(Vec::new());
    let opened = contexts.with_context(&write.caller, None, &mut |context| {
        if let Some(request) = request.take() {
            answer = request.run(context);
        }
    });
    // The client may have gone.
    let _ = write.answer.send(opened.and(answer));
}
