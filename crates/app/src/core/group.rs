//! Several use cases of one moment in one transaction (group commit).
//!
//! A commit waits for the disk. A long-running process that receives many
//! requests at once lets them share that wait: each is identified, authorized,
//! run and recorded for itself, as in [`write()`](super::write()), and then all
//! are committed together. A use case that fails changes nothing and is recorded
//! as refused; the others are not affected. No answer is given before the commit.

use super::context::{Caller, Context};
use super::event::set_caller;
use super::record::{commit, open_log};
use super::refusals::{counted_as, record_refusal, refuse_repeated};
use super::unit_of_work::{UnitOfWork, WriteOutcome};
use super::{identify, token_use, write};
use lac_ledger::appender::RecordedEvent;
use lac_ledger::signing::keys::KeyPurpose;
use lac_model::access::ActingToken;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_store::{Act, AppendProof, Permit, Result, WriteTx};

/// A use case that can share a transaction with others.
pub trait GroupedAct: Act + Sized {
    const ACTION: Action;
    type Answer;

    /// Adds what is known beforehand to the event.
    fn describe(&self, _draft: &mut Event) {}

    /// The use case itself.
    ///
    /// # Errors
    /// Those of the use case.
    fn run_in(
        self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, Self>,
    ) -> Result<WriteOutcome<Self::Answer>>;

    /// Runs it alone, in a transaction of its own.
    ///
    /// # Errors
    /// Those of the use case.
    fn run_alone(self, context: &Context<'_>) -> Result<Self::Answer> {
        let mut known = Event::new(Self::ACTION);
        set_caller(&mut known, context.caller);
        self.describe(&mut known);
        let fill = |draft: &mut Event| *draft = known;
        write::<Self, _>(context, Self::ACTION, fill, |work, permit| {
            self.run_in(work, permit)
        })
    }
}

/// One use case of a group: its caller, its request, and then its answer.
pub struct GroupedWrite<'c, A: GroupedAct> {
    caller: &'c Caller,
    request: Option<A>,
    answer: Option<Result<A::Answer>>,
}

impl<'c, A: GroupedAct> GroupedWrite<'c, A> {
    pub fn new(caller: &'c Caller, request: A) -> Self {
        Self {
            caller,
            request: Some(request),
            answer: None,
        }
    }

    /// The answer, once the group was written.
    pub fn into_answer(self) -> Result<A::Answer> {
        let missing = || Err(Fault::internal("a use case of a group did not run"));
        self.answer.unwrap_or_else(missing)
    }
}

/// A use case of a group, whatever its type.
pub trait GroupMember<'c> {
    fn caller(&self) -> &'c Caller;
    /// The event, as far as it is known before the use case runs.
    fn draft(&self) -> Event;
    /// Authorizes and runs the use case, and keeps its answer.
    ///
    /// # Errors
    /// Those of the use case.
    fn run(&mut self, work: &mut UnitOfWork<'_>) -> Result<Option<RecordedEvent>>;
    /// Replaces the answer.
    fn fail(&mut self, fault: Fault);
}

impl<'c, A: GroupedAct> GroupMember<'c> for GroupedWrite<'c, A> {
    fn caller(&self) -> &'c Caller {
        self.caller
    }

    fn draft(&self) -> Event {
        let mut draft = Event::new(A::ACTION);
        set_caller(&mut draft, self.caller);
        if let Some(request) = &self.request {
            request.describe(&mut draft);
        }
        draft
    }

    fn run(&mut self, work: &mut UnitOfWork<'_>) -> Result<Option<RecordedEvent>> {
        let permit = Permit::authorize(work.read, &work.actor, A::ANY_OF)?;
        let request = self.request.take();
        let request = request.ok_or_else(|| Fault::internal("a use case ran twice"))?;
        let (answer, recorded) = request.run_in(work, &permit)?.split();
        self.answer = Some(Ok(answer));
        Ok(recorded)
    }

    fn fail(&mut self, fault: Fault) {
        self.answer = Some(Err(fault));
    }
}

/// Runs the use cases in this order and commits them together. Each then has
/// its answer. If the transaction as a whole fails, all of them fail with its
/// fault.
pub fn write_group(context: &Context<'_>, members: &mut [&mut dyn GroupMember<'_>]) {
    let mut run = GroupRun {
        context,
        members,
        is_settled: Vec::new(),
        counted: Vec::new(),
        tokens: Vec::new(),
    };
    run.refuse_repeated();
    if let Err(fault) = run.write() {
        context.keys.discard_pending();
        run.fail_all(&fault);
    }
    run.finish();
}

struct GroupRun<'g, 'c, 'm> {
    context: &'g Context<'g>,
    members: &'g mut [&'m mut dyn GroupMember<'c>],
    /// Which members were refused before the transaction began.
    is_settled: Vec<bool>,
    /// Refusals that are counted, not recorded one by one.
    counted: Vec<(usize, Event, Fault)>,
    tokens: Vec<ActingToken>,
}

impl<'c> GroupRun<'_, 'c, '_> {
    /// Refuses callers who were refused a moment ago, without taking the write
    /// lock for them.
    fn refuse_repeated(&mut self) {
        for member in self.members.iter_mut() {
            let context = self.context.for_caller(member.caller());
            let refused = refuse_repeated(&context, &member.draft());
            self.is_settled.push(refused.is_some());
            if let Some(fault) = refused {
                member.fail(fault);
            }
        }
    }

    fn write(&mut self) -> Result<()> {
        if self.is_settled.iter().all(|settled| *settled) {
            return Ok(());
        }
        let context = self.context;
        context.keys.load_current(KeyPurpose::Audit)?; // read before anything is locked
        let tx = context.store.write()?;
        match self.run_members(&*tx)? {
            Some(proof) => commit(context, tx, proof),
            None => Ok(()),
        }
    }

    fn run_members(&mut self, tx: &dyn WriteTx) -> Result<Option<AppendProof>> {
        let context = self.context;
        let draft = Event::new(Action::LoginRedeem); // each member has its own
        let mut work = UnitOfWork::open(context, open_log, tx, draft, context.caller)?;
        let mut last = None;
        for index in 0..self.members.len() {
            if !self.is_settled[index] {
                last = self.run_member(index, &mut work)?.or(last);
            }
        }
        work.seal(last)
    }

    /// Runs one use case. The error is one of the transaction, not of the use
    /// case.
    fn run_member<'w>(
        &mut self,
        index: usize,
        work: &mut UnitOfWork<'w>,
    ) -> Result<Option<RecordedEvent>>
    where
        'c: 'w,
    {
        let member = &mut *self.members[index];
        let caller = member.caller();
        (work.caller, work.draft) = (caller, member.draft());
        let actor = match identify::identify(work.read, &caller.credential, work.now) {
            Ok(actor) => actor,
            Err(fault) => {
                let draft = work.draft.clone();
                self.counted.push((index, draft, fault));
                return Ok(None);
            }
        };
        self.tokens.extend(actor.token.clone());
        work.set_actor(actor);
        let mark = work.log.mark()?;
        let (tx, mut recorded) = (work.tx, None);
        let ended = tx.attempt(&mut || {
            recorded = member.run(work)?;
            Ok(())
        })?;
        let Err(fault) = ended else {
            return Ok(recorded);
        };
        work.log.rewind(mark);
        if counted_as(caller, &fault).is_some() {
            self.counted.push((index, work.draft.clone(), fault));
            return Ok(None);
        }
        let recorded = if fault.is_recorded() {
            let mut draft = work.draft.clone();
            draft.mark_failed(&fault);
            Some(work.log.append(&draft)?)
        } else {
            None
        };
        member.fail(fault);
        Ok(recorded)
    }

    fn fail_all(&mut self, fault: &Fault) {
        for (member, settled) in self.members.iter_mut().zip(&self.is_settled) {
            if !settled {
                member.fail(fault.clone());
            }
        }
    }

    fn finish(&mut self) {
        for (index, draft, fault) in std::mem::take(&mut self.counted) {
            let member = &mut self.members[index];
            let context = self.context.for_caller(member.caller());
            member.fail(record_refusal(&context, draft, fault));
        }
        self.tokens.sort_by_key(|token| token.id);
        self.tokens.dedup_by_key(|token| token.id);
        for token in &self.tokens {
            token_use::note_token_use(self.context, Some(token));
        }
    }
}
