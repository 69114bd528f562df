//! `lac log recover`.

use crate::cli::ask::confirm;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::log::{PlanRecovery, Recover, Recovered};
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_store::Result;

const QUESTION: &str = "write the checkpoint file anew, without what the old one could prove?";

pub fn run(shop: &Shop) -> Result<()> {
    if !shop.out.yes {
        shop.run(PlanRecovery::default())?;
        confirm(shop, QUESTION)?;
    }
    shop.show(&shop.run(Recover::default())?)
}

impl KeyValueView for Recovered {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new()
            .add("events", self.events.to_string())
            .add("recorded", self.audit_seq.map(|seq| seq.to_string()))
    }
}
