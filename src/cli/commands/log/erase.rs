//! `lac log erase`.

use clap::Args;

use crate::app::log::erase::{Erase, Erased};
use crate::cli::ask::confirmed;
use crate::cli::input::text_or_stdin;
use crate::cli::progress::{Counted, Counter};
use crate::cli::shop::Shop;
use crate::domain::form::{BoundedList, OptionalText, ShortText};
use crate::render::Look;
use crate::render::list::{Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The id the customer had (42, local:7)
    #[arg(long, value_name = "ID", required_unless_present = "emails")]
    customer: Option<String>,

    /// An address that nobody has any more, - for stdin: whatever names it, also
    /// where somebody typed it and found nobody
    #[arg(long = "email", value_name = "ADDRESS")]
    emails: Vec<String>,
}

pub fn run(args: EraseArgs, shop: &Shop) -> Result<()> {
    let emails = args.emails.iter();
    let emails = emails.map(|email| text_or_stdin("--email", email));
    let emails = emails.collect::<Result<Vec<String>>>()?;
    let progress = Counter::new(&shop.out, "searching");
    let erased = confirmed(shop, |confirmed| {
        let request = Erase {
            customer: args.customer.clone().formed()?,
            emails: BoundedList::read("--email", emails.iter().cloned(), ShortText::new)?,
            confirmed,
        };
        let erased = shop.run_with(request, &mut Counted(&progress));
        progress.clear();
        erased
    });
    shop.show(&erased?)
}

impl Card for Erased {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines: Vec<(&'static str, Text)> = Vec::new();
        if let Some(id) = self.customer_id {
            lines.push(("customer", id.to_string().into()));
        }
        lines.push(("events", self.events.to_string().into()));
        if self.documents > 0 {
            lines.push(("documents", self.documents.to_string().into()));
        }
        for (label, count) in [("requests", self.requests), ("notices", self.notices)] {
            if count > 0 {
                lines.push((label, count.to_string().into()));
            }
        }
        let mut label = "archives";
        for name in &self.archives {
            lines.push((label, name.clone().into()));
            label = "";
        }
        if self.kept > 0 {
            let text = format!(
                "{} events of another customer with the same address",
                self.kept
            );
            lines.push(("kept", Text::toned(text, Tone::Warning)));
        }
        match self.audit_seq {
            Some(seq) => lines.push(("recorded", seq.to_string().into())),
            None => lines.push((
                "note",
                Text::toned("there was nothing left to erase", Tone::Dim),
            )),
        }
        lines
    }
}
