//! `lac`: Login as Customer for the terminal.
//!
//! The crate is built in four floors; an upper floor imports a lower one,
//! never the other way round (`tests/floors.rs` reads the `use` lines).
//!
//! | floor | modules | what lives there |
//! | --- | --- | --- |
//! | 4 | [`cli`], [`broker`] | arguments, prompts, printing, exit codes, where the program is put together; the local socket |
//! | 3 | [`app`], [`render`] | one file per use case; what results look like |
//! | 2 | [`store`], [`signing`] | the storage port and its adapters; keys, tokens, checkpoints |
//! | 1 | [`domain`] | types and rules: no I/O, no clock, no randomness of its own |

pub mod app;
pub mod broker;
pub mod cli;
pub mod domain;
pub mod render;
pub mod signing;
pub mod store;

/// Runs the program: the one place that names all parts of floor 4.
pub fn main() -> std::process::ExitCode {
    cli::main(cli::Parts {
        serve: broker::serve,
    })
}
