//! `lac customer show`.

use clap::Args;

use super::list::consent_text;
use crate::cli::pick;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::customers::{CustomerView, Show};
use lac_model::form::OptionalText;
use lac_model::time::Timestamp;
use lac_render::Look;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// An id or e-mail address (- reads stdin); on a terminal, nothing to
    /// search for one
    customer: Option<String>,
    /// The website, where the address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
}

pub fn show(args: ShowArgs, shop: &Shop) -> Result<()> {
    let request = Show {
        customer: pick::named_or_picked(shop, args.customer.as_deref(), args.website.as_deref())?
            .try_into()?,
        website: args.website.formed()?,
    };
    shop.show(&shop.run(request)?)
}

impl KeyValueView for CustomerView {
    fn lines(&self, look: &Look) -> KeyValues {
        let moved = (!self.website_confirmed).then(|| {
            let from = self.moved_from.as_deref().unwrap_or("another website");
            let text = format!("from {from} by an import; not confirmed");
            Text::toned(text, Tone::Warning)
        });
        let time = |time: Option<Timestamp>| time.map(|time| look.time(time));
        KeyValues::new()
            .add("id", self.id.to_string())
            .add("e-mail", &self.email)
            .add("name", &self.name)
            .add("website", &self.website)
            .add_some("moved", moved)
            .add("store view", &self.store_view)
            .add("active", Text::yes_no(self.active))
            .add("confirmed", Text::yes_no(self.confirmed))
            .add("vip", Text::yes_no(self.vip))
            .add("consent", consent_text(&self.consent))
            .add_some("consent since", time(self.consent_changed_at))
            .add_some("consent until", time(self.consent_until))
            .add_some("created", time(self.created_at))
            .add_some("updated", time(self.updated_at))
    }
}
