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

use super::shop::import::ImportProgress;
use super::{Caller, Context};
use lac_ledger::export::ExportSink;
use lac_model::audit::RecordFields;
use lac_model::fault::Fault;
use lac_store::Result;

pub use self::client::{ClientConnection, ServerInfo};
pub use self::frame::{LARGE_REQUEST, MAX_REQUEST, MAX_UPLOAD_CHUNK};
pub use self::registry::{normalize_request, use_case_names};
pub use self::server::{ReceivedRequest, ServerConnection, ServerStream};
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
    fn run_on(self, context: &Context<'_>, channel: &mut dyn Channel) -> Result<Self::Answer>;
}

/// What passes between a use case and whoever asked for it while it runs. Most
/// use cases need nothing of it.
pub trait Channel {
    /// How far it is: `done` of `total`.
    fn progress(&mut self, _done: u64, _total: u64) {}

    /// One event of a list.
    ///
    /// # Errors
    /// What showing it fails with.
    fn event(&mut self, _event: &RecordFields<'_>) -> Result<()> {
        Err(unexpected_fault("an event"))
    }

    /// The file of an import, and who watches.
    ///
    /// # Errors
    /// `internal` where there is none.
    fn import_input(&mut self) -> Result<(&mut dyn Read, &dyn ImportProgress)> {
        Err(unexpected_fault("a file"))
    }

    /// Who takes an export.
    ///
    /// # Errors
    /// `internal` where nobody does.
    fn export_receiver(&mut self) -> Result<&mut dyn ExportSink> {
        Err(unexpected_fault("an export"))
    }
}

/// Says whether whoever asked has gone.
pub type IsDisconnected = Arc<dyn Fn() -> bool + Send + Sync>;

/// Where use cases are run for others, several at once.
pub trait ContextProvider: Sync {
    /// Lends a desk for one request of one caller. What takes long there ends
    /// once `is_gone` says that the caller has gone.
    ///
    /// # Errors
    /// What opening the store fails with.
    fn with_context(
        &self,
        caller: &Caller,
        is_gone: Option<IsDisconnected>,
        work: &mut dyn FnMut(&Context<'_>),
    ) -> Result<()>;

    /// The operating-system accounts of admin users.
    ///
    /// # Errors
    /// What reading the store fails with.
    fn os_accounts(&self) -> Result<Vec<String>>;

    /// Whether something is to be done besides that should not wait long.
    fn has_urgent_maintenance(&self) -> bool;

    /// The store's time zone, for how its times are shown.
    fn timezone(&self) -> Option<String>;
}

/// Nothing passes.
#[derive(Debug, Clone, Copy)]
pub struct NoChannel;

impl Channel for NoChannel {}

fn unexpected_fault(what: &str) -> Fault {
    Fault::internal(format!("{what} that nobody asked for"))
}
