//! `lac log accept`.

use crate::app::log::{Accept, Accepted, PlanAcceptance};
use crate::cli::ask::confirm;
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::Text;
use crate::render::one::Card;
use crate::store::Result;

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

impl Card for Accepted {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let number = |seq: Option<u64>| seq.map(|seq| seq.to_string()).unwrap_or_default();
        let kinds = if self.kinds.is_empty() {
            "nothing: all of it is as the log says".to_owned()
        } else {
            self.kinds.join(", ")
        };
        vec![
            ("accepted", kinds.into()),
            ("differed from", number(self.since).into()),
            ("recorded", number(self.audit_seq).into()),
        ]
    }
}
