//! Use cases asked for from another process.
//!
//! The same request values travel over a stream, and the same answers come
//! back; `docs/protocol.md` tells it to the byte. Who is asking is never part
//! of a request: whoever received the stream knows it from the kernel, or from
//! a token.

mod client;
mod frame;
mod registry;
mod server;
mod service;
#[cfg(test)]
mod tests;
mod wire;

use std::io::Read;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::import::Watch;
use super::{Caller, Desk};
use lac_ledger::export::Receiver;
use lac_model::audit::Cut;
use lac_model::fault::Fault;
use lac_store::Result;

pub use self::client::{Line, Welcome};
pub use self::frame::{LARGE_REQUEST, MAX_REQUEST, MAX_UPLOAD};
pub use self::registry::{names, understood};
pub use self::server::{Asked, Hearing, Stream};
pub use self::service::Service;
pub use self::wire::{Greeting, PROTOCOL};

/// A use case: a request that can be run here, or sent to where the store is.
pub trait UseCase: Serialize + DeserializeOwned {
    /// What the request is called on a stream.
    const NAME: &'static str;
    type Answer: Serialize + DeserializeOwned;

    /// Runs it.
    ///
    /// # Errors
    /// The use case's own.
    fn run_at(self, desk: &Desk<'_>, meanwhile: &mut dyn Meanwhile) -> Result<Self::Answer>;
}

/// What passes between a use case and whoever asked for it while it runs. Most
/// use cases need nothing of it.
pub trait Meanwhile {
    /// How far it is: `done` of `total`.
    fn at(&mut self, _done: u64, _total: u64) {}

    /// One event of a list.
    ///
    /// # Errors
    /// What showing it fails with.
    fn event(&mut self, _event: &Cut<'_>) -> Result<()> {
        Err(unexpected("an event"))
    }

    /// The file of an import, and who watches.
    ///
    /// # Errors
    /// `internal` where there is none.
    fn import(&mut self) -> Result<(&mut dyn Read, &dyn Watch)> {
        Err(unexpected("a file"))
    }

    /// Who takes an export.
    ///
    /// # Errors
    /// `internal` where nobody does.
    fn receiver(&mut self) -> Result<&mut dyn Receiver> {
        Err(unexpected("an export"))
    }
}

/// Says whether whoever asked has gone.
pub type IsGone = Arc<dyn Fn() -> bool + Send + Sync>;

/// Where use cases are run for others, several at once.
pub trait Desks: Sync {
    /// Lends a desk for one request of one caller. What takes long there ends
    /// once `is_gone` says that the caller has gone.
    ///
    /// # Errors
    /// What opening the store fails with.
    fn lend(
        &self,
        caller: &Caller,
        is_gone: Option<IsGone>,
        work: &mut dyn FnMut(&Desk<'_>),
    ) -> Result<()>;

    /// The operating-system accounts of admin users.
    ///
    /// # Errors
    /// What reading the store fails with.
    fn accounts(&self) -> Result<Vec<String>>;

    /// Whether something is to be done besides that should not wait long.
    fn has_chores(&self) -> bool;

    /// The store's time zone, for how its times are shown.
    fn timezone(&self) -> Option<String>;
}

/// Nothing passes.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Meanwhile for Nothing {}

fn unexpected(what: &str) -> Fault {
    Fault::internal(format!("{what} that nobody asked for"))
}
