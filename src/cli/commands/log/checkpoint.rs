//! `lac log checkpoint`.

use crate::app::log::{Newest, Receipt};
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::Text;
use crate::render::one::Card;
use crate::render::safe::safe_lines;
use crate::store::Result;

pub fn run(shop: &Shop) -> Result<()> {
    let receipt = Newest::default().run(&shop.desk()?)?;
    if shop.out.format.is_json() {
        return shop.show(&receipt);
    }
    // The note ends with a newline of its own; a store's name holds nothing
    // that would be replaced here.
    Out::line(&safe_lines(
        receipt.note.strip_suffix('\n').unwrap_or(&receipt.note),
    ))
}

impl Card for Receipt {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        vec![
            ("origin", self.origin.clone().into()),
            ("events", self.size.to_string().into()),
            ("root", self.root.clone().into()),
            ("key", self.key.clone().into()),
        ]
    }
}
