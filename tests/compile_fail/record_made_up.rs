//! Only the appender says that an act was recorded.

use lac_store::Appended;

fn proof() -> Appended {
    Appended { note: None, is_worth_anchoring: false } //~ E0451: field
}
