//! `lac log show`.

use clap::Args;

use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::log::{Show, ShowRaw};
use lac_model::audit::EventView;
use lac_model::form::Seq;
use lac_render::Look;
use lac_render::event;
use lac_render::one::KeyValues;
use lac_render::safe::safe;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The event's seq
    seq: Seq,

    /// Print the exact texts that are hashed: record, shopper part (null once
    /// erased) and staff part, a line each
    #[arg(long)]
    raw: bool,
}

pub fn run(args: &ShowArgs, shop: &Shop) -> Result<()> {
    if !args.raw {
        return shop.show(&shop.run(Show { seq: args.seq })?);
    }
    let raw = shop.run(ShowRaw { seq: args.seq })?;
    let shopper = raw.shopper.as_deref().unwrap_or("null");
    for text in [&raw.record, shopper, &raw.staff] {
        // Exact bytes are for programs; a terminal might obey them.
        if shop.out.stdout_is_terminal {
            Out::line(&safe(text))?;
        } else {
            Out::line(text)?;
        }
    }
    Ok(())
}

impl KeyValueView for EventView {
    fn lines(&self, look: &Look) -> KeyValues {
        event::lines(self, look)
    }
}
