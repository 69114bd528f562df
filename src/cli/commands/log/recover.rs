//! `lac log recover`.

use crate::app::log::{PlanRecovery, Recover, Recovered};
use crate::cli::ask::confirm;
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::Text;
use crate::render::one::Card;
use crate::store::Result;

const QUESTION: &str = "write the checkpoint file anew, without what the old one could prove?";

pub fn run(shop: &Shop) -> Result<()> {
    if !shop.out.yes {
        shop.run(PlanRecovery::default())?;
        confirm(shop, QUESTION)?;
    }
    shop.show(&shop.run(Recover::default())?)
}

impl Card for Recovered {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let seq = self.audit_seq.map(|seq| seq.to_string());
        vec![
            ("events", self.events.to_string().into()),
            ("recorded", seq.unwrap_or_default().into()),
        ]
    }
}
