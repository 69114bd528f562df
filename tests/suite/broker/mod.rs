//! The broker: it serves a store to users who cannot access its files.

mod alarm;
mod clients;
mod life;
mod streams;
mod unauthenticated;

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use crate::support::{BrokerProcess, CommandOutput, NOW, TestStore, command_output};

/// A command that knows only the broker, not the store.
pub(crate) fn command(store: &TestStore, broker: &BrokerProcess, args: &[&str]) -> Command {
    let mut command = store.command(args);
    command.env("LAC_STORE", broker.store_setting());
    command
}

#[track_caller]
pub(crate) fn run(store: &TestStore, broker: &BrokerProcess, args: &[&str]) -> CommandOutput {
    command_output(command(store, broker, args).output().expect("lac runs"))
}

pub(crate) fn start_broker(store: &TestStore) -> BrokerProcess {
    BrokerProcess::start(store, NOW, 99)
}

/// One protocol frame.
pub(crate) fn frame(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a short frame");
    [&[tag][..], &length.to_be_bytes(), bytes].concat()
}

pub(crate) fn hello() -> Vec<u8> {
    frame(b'H', br#"{"protocol":1,"version":"0"}"#)
}

/// Sends bytes and returns what the broker sends until it hangs up or some
/// seconds have passed.
pub(crate) fn send_and_read(broker: &BrokerProcess, bytes: &[u8]) -> Vec<u8> {
    let mut stream = UnixStream::connect(&broker.socket).expect("a broker");
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .expect("a timeout");
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    reply
}

/// The answer or fault of a well-formed request.
pub(crate) fn ask(broker: &BrokerProcess, request: &str) -> (u8, String) {
    let reply = send_and_read(broker, &[hello(), frame(b'Q', request.as_bytes())].concat());
    let mut rest = &reply[..];
    let mut last = (0, String::new());
    while let [tag, a, b, c, d, more @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (bytes, more) = more.split_at(length);
        last = (*tag, String::from_utf8_lossy(bytes).into_owned());
        rest = more;
    }
    last
}
