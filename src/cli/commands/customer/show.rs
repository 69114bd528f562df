//! `lac customer show`.

use clap::Args;

use super::list::consent_text;
use crate::app::customers::{CustomerView, Show};
use crate::cli::pick;
use crate::cli::shop::Shop;
use crate::domain::form::OptionalText;
use crate::render::Look;
use crate::render::list::{Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

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

impl Card for CustomerView {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines = vec![
            ("id", self.id.to_string().into()),
            ("e-mail", self.email.clone().into()),
            ("name", self.name.clone().into()),
            ("website", self.website.clone().into()),
            (
                "store view",
                self.store_view.clone().unwrap_or_default().into(),
            ),
            ("active", Text::yes_no(self.active)),
            ("confirmed", Text::yes_no(self.confirmed)),
            ("vip", Text::yes_no(self.vip)),
            ("consent", consent_text(&self.consent)),
        ];
        if !self.website_confirmed {
            let from = self.moved_from.as_deref().unwrap_or("another website");
            let text = format!("from {from} by an import; not confirmed");
            lines.insert(4, ("moved", Text::toned(text, Tone::Warning)));
        }
        for (label, time) in [
            ("consent since", self.consent_changed_at),
            ("consent until", self.consent_until),
            ("created", self.created_at),
            ("updated", self.updated_at),
        ] {
            if let Some(time) = time {
                lines.push((label, look.time(time).into()));
            }
        }
        lines
    }
}
