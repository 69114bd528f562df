//! How a customer's own consent is printed, for a storefront's account.

use super::change::format_until;
use crate::cli::view::KeyValueView;
use lac_app::shop::consent::{CustomerConsent, CustomerConsentChanged};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::styled_text::StyledText;

impl KeyValueView for CustomerConsent {
    fn lines(&self, style: &Style) -> KeyValues {
        let since = self.changed_at.map(|time| style.time(time));
        let lines = KeyValues::new()
            .add("customer", self.customer_id.to_string())
            .add("website", &self.website)
            .add("granted", StyledText::yes_no(self.granted))
            .add("until", format_until(self.until, style))
            .add("since", since.unwrap_or_else(|| "never changed".to_owned()))
            .add("mode", self.mode.as_str())
            .add("can be changed", StyledText::yes_no(self.can_change))
            .add("checkbox title", &self.title)
            .add("tooltip", &self.tooltip);
        match &self.ask {
            Some(ask) => lines.add("open ask", ask.id.as_str()),
            None => lines,
        }
    }
}

impl KeyValueView for CustomerConsentChanged {
    fn lines(&self, style: &Style) -> KeyValues {
        self.consent
            .lines(style)
            .add("changed", StyledText::yes_no(self.changed))
    }
}
