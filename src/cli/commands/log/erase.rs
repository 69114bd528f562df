//! `lac log erase`.

use clap::Args;

use crate::cli::ask::confirmed;
use crate::cli::input::text_or_stdin;
use crate::cli::progress::{Counted, Counter};
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::log::erase::{Erase, Erased};
use lac_model::form::{BoundedList, OptionalText, ShortText};
use lac_render::Look;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_store::Result;

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

impl KeyValueView for Erased {
    fn lines(&self, _look: &Look) -> KeyValues {
        let some = |count: u64| (count > 0).then(|| count.to_string());
        let kept = (self.kept > 0).then(|| {
            let text = format!(
                "{} events of another customer with the same address",
                self.kept
            );
            Text::toned(text, Tone::Warning)
        });
        let lines = KeyValues::new()
            .add_some("customer", self.customer_id.map(|id| id.to_string()))
            .add("events", self.events.to_string())
            .add_some("documents", some(self.documents))
            .add_some("requests", some(self.requests))
            .add_some("notices", some(self.notices))
            .add_some("archives", &self.archives)
            .add_some("kept", kept);
        match self.audit_seq {
            Some(seq) => lines.add("recorded", seq.to_string()),
            None => lines.add(
                "note",
                Text::toned("there was nothing left to erase", Tone::Dim),
            ),
        }
    }
}
