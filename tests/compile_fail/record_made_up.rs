//! Only the appender can confirm that an act was recorded.

use lac_store::AppendProof;

fn proof() -> AppendProof {
    AppendProof { note: None, should_anchor: false } //~ E0451: field
}
