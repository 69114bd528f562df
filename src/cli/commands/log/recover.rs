//! `lac log recover`.

use crate::app::log::{PlanRecovery, Recover, Recovered};
use crate::cli::ask::confirm;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use crate::render::Look;
use crate::render::one::KeyValues;
use crate::store::Result;

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
