//! The queue of redemptions and reports: one thread takes everything that waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::Thread;

use tokio::sync::oneshot;

use super::workers::{Queue, panicked, to_json};
use lac_app::login::LoginRedeem;
use lac_app::login::sessions::SessionReport;
use lac_app::protocol::ContextProvider;
use lac_app::{Caller, GroupMember, GroupedWrite, write_group};
use lac_store::Result;

/// Most requests that are taken at once.
const MAX_BATCH: usize = 64;

/// A request that changes sessions.
pub(super) enum WriteRequest {
    Redeem(LoginRedeem),
    Report(SessionReport),
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

/// Runs queued requests until the queue is closed. Those that wait at the same
/// time share a transaction.
pub(super) fn run_writes(
    queue: &Queue<PendingWrite>,
    contexts: &dyn ContextProvider,
    log_line: &(dyn Fn(&str) + Sync),
    chores: &Thread,
) {
    loop {
        let batch = queue.take(MAX_BATCH);
        if batch.is_empty() {
            return;
        }
        if catch_unwind(AssertUnwindSafe(|| run_batch(contexts, batch))).is_err() {
            log_line("a request panicked");
        }
        if contexts.has_urgent_maintenance() {
            chores.unpark();
        }
    }
}

fn run_batch(contexts: &dyn ContextProvider, batch: Vec<PendingWrite>) {
    let (mut callers, mut rest) = (Vec::new(), Vec::new());
    for write in batch {
        callers.push(write.caller);
        rest.push((write.request, write.answer));
    }
    let (mut members, mut answers) = (Vec::new(), Vec::new());
    for (caller, (request, answer)) in callers.iter().zip(rest) {
        members.push(GroupedRequest::new(caller, request));
        answers.push(answer);
    }
    let opened = contexts.with_context(&Caller::system(), None, &mut |context| {
        let mut group: Vec<_> = members.iter_mut().map(GroupedRequest::member).collect();
        write_group(context, &mut group);
    });
    for (member, answer) in members.into_iter().zip(answers) {
        let result = opened.clone().and_then(|()| member.into_json());
        // The client may have gone.
        let _ = answer.send(result);
    }
}

/// A request in a group.
enum GroupedRequest<'c> {
    Redeem(Box<GroupedWrite<'c, LoginRedeem>>),
    Report(GroupedWrite<'c, SessionReport>),
}

impl<'c> GroupedRequest<'c> {
    fn new(caller: &'c Caller, request: WriteRequest) -> Self {
        match request {
            WriteRequest::Redeem(request) => {
                Self::Redeem(Box::new(GroupedWrite::new(caller, request)))
            }
            WriteRequest::Report(request) => Self::Report(GroupedWrite::new(caller, request)),
        }
    }

    fn member(&mut self) -> &mut dyn GroupMember<'c> {
        match self {
            Self::Redeem(member) => &mut **member,
            Self::Report(member) => member,
        }
    }

    fn into_json(self) -> Result<Vec<u8>> {
        match self {
            Self::Redeem(member) => to_json(&member.into_answer()?),
            Self::Report(member) => to_json(&member.into_answer()??),
        }
    }
}
