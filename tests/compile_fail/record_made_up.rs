//! Only the appender says that an act was recorded.

use lac_store::AppendProof;

fn proof() -> AppendProof {
    AppendProof { note: None, should_anchor: false } //~ E0451: field
}
