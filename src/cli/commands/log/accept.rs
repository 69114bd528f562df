//! `lac log accept`.

use crate::cli::ask::confirm;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::log::{Accept, Accepted, PlanAcceptance};
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_store::Result;

pub fn run(shop: &Shop) -> Result<()> {
    if !shop.out.yes {
        let kinds = shop.run(PlanAcceptance::default())?;
        if !kinds.is_empty() {
            let question = format!(
                "accept what somebody changed past the log ({}) as it is now?",
                kinds.join(", ")
            );
            confirm(shop, &question)?;
        }
    }
    shop.show(&shop.run(Accept::default())?)
}

impl KeyValueView for Accepted {
    fn lines(&self, _look: &Look) -> KeyValues {
        let kinds = if self.kinds.is_empty() {
            "nothing: all of it is as the log says".to_owned()
        } else {
            self.kinds.join(", ")
        };
        KeyValues::new()
            .add("accepted", kinds)
            .add("differed from", self.since.map(|seq| seq.to_string()))
            .add("recorded", self.audit_seq.map(|seq| seq.to_string()))
    }
}
