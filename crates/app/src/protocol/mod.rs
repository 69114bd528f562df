//! Runs use cases for another process.
//!
//! Requests and answers travel over a stream as described in
//! `docs/protocol.md`. A request never contains the caller: the process that
//! received the stream knows them from the kernel or from a token.

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
pub use self::service::{GatewayLimits, GatewayService, Service, StoreWatch, TlsFiles};
pub use self::wire::{Greeting, PROTOCOL};

/// A use case: a request that can be run here or sent to the process that has
/// the store.
pub trait UseCase: Serialize + DeserializeOwned {
    /// The name of the request in the protocol.
    const NAME: &'static str;
    type Answer: Serialize + DeserializeOwned;

    /// # Errors
    /// The use case's own errors.
    fn run_on(self, context: &Context<'_>, channel: &mut dyn Channel) -> Result<Self::Answer>;
}

/// What a use case exchanges with its caller while it runs. Most use cases need
/// none of it.
pub trait Channel {
    /// Reports progress: `done` of `total`.
    fn progress(&mut self, _done: u64, _total: u64) {}

    /// Receives one event of a list.
    ///
    /// # Errors
    /// Errors of writing it out.
    fn event(&mut self, _event: &RecordFields<'_>) -> Result<()> {
        Err(unexpected_fault("an event"))
    }

    /// The file to import, and the receiver of progress.
    ///
    /// # Errors
    /// `internal` if there is no file.
    fn import_input(&mut self) -> Result<(&mut dyn Read, &dyn ImportProgress)> {
        Err(unexpected_fault("a file"))
    }

    /// The receiver of an export.
    ///
    /// # Errors
    /// `internal` if there is none.
    fn export_receiver(&mut self) -> Result<&mut dyn ExportSink> {
        Err(unexpected_fault("an export"))
    }
}

/// Returns whether the caller has disconnected.
pub type IsDisconnected = Arc<dyn Fn() -> bool + Send + Sync>;

/// Provides contexts for running use cases for other processes, several at
/// once.
pub trait ContextProvider: Sync {
    /// Calls `work` with a context for one request of one caller. Long
    /// operations stop once `is_gone` returns true.
    ///
    /// # Errors
    /// Errors of opening the store.
    fn with_context(
        &self,
        caller: &Caller,
        is_gone: Option<IsDisconnected>,
        work: &mut dyn FnMut(&Context<'_>),
    ) -> Result<()>;

    /// The operating-system accounts of admin users.
    ///
    /// # Errors
    /// Errors of reading the store.
    fn os_accounts(&self) -> Result<Vec<String>>;

    /// Whether there is maintenance that should not wait long.
    fn has_urgent_maintenance(&self) -> bool;

    /// The store's time zone, for showing times.
    fn timezone(&self) -> Option<String>;
}

/// No channel, for use cases that need none.
#[derive(Debug, Clone, Copy)]
pub struct NoChannel;

impl Channel for NoChannel {}

fn unexpected_fault(what: &str) -> Fault {
    Fault::internal(format!("{what} that nobody asked for"))
}
