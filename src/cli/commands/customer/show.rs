//! `lac customer show`.

use clap::Args;

use super::list::consent_text;
use crate::cli::customer_picker;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::shop::customers::{CustomerShow, CustomerView};
use lac_model::bounded::IntoBoundedText;
use lac_model::time::Timestamp;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Id or e-mail address (- reads stdin) [default: search, on a terminal]
    customer: Option<String>,
    /// The website, if the address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
}

pub(super) fn show(args: ShowArgs, cli: &Cli) -> Result<()> {
    let request = CustomerShow {
        customer: customer_picker::named_or_prompted(
            cli,
            args.customer.as_deref(),
            args.website.as_deref(),
        )?
        .try_into()?,
        website: args.website.into_bounded()?,
    };
    cli.print_view(&cli.run(request)?)
}

impl KeyValueView for CustomerView {
    fn lines(&self, style: &Style) -> KeyValues {
        let moved = (!self.website_confirmed).then(|| {
            let from = self.moved_from.as_deref().unwrap_or("another website");
            let text = format!("from {from} by an import; not confirmed");
            StyledText::with_emphasis(text, Emphasis::Warning)
        });
        let time = |time: Option<Timestamp>| time.map(|time| style.time(time));
        KeyValues::new()
            .add("id", self.id.to_string())
            .add("e-mail", &self.email)
            .add("name", &self.name)
            .add("website", &self.website)
            .add_some("moved", moved)
            .add("store view", &self.store_view)
            .add("active", StyledText::yes_no(self.active))
            .add("confirmed", StyledText::yes_no(self.confirmed))
            .add("vip", StyledText::yes_no(self.vip))
            .add("consent", consent_text(&self.consent))
            .add_some("consent since", time(self.consent_changed_at))
            .add_some("consent until", time(self.consent_until))
            .add_some("created", time(self.created_at))
            .add_some("updated", time(self.updated_at))
    }
}
