//! Asks for consent: an agent asks, the customer answers in the storefront.

mod close;
mod create;
mod expire;
mod show;
mod withdraw;

pub use close::{AskRemoval, withdraw_asks_of_customer};
pub(super) use close::{close_ask, open_ask};
pub use create::{ConsentAskCreate, ConsentAsked};
pub use expire::ConsentAskExpire;
pub use show::{ConsentAskList, ConsentAskShow, ConsentAskStatus, ConsentAskView, OpenAsk};
pub use withdraw::ConsentAskWithdraw;

use lac_model::consent::ask::{AskState, ConsentAsk};
use lac_model::fault::Fault;

pub(super) fn ask_not_found(id: impl ToString) -> Fault {
    Fault::AskNotFound {
        ask: id.to_string(),
    }
}

pub(super) fn ask_closed(ask: &ConsentAsk, state: AskState) -> Fault {
    Fault::AskClosed {
        ask: ask.id.to_string(),
        state: state.as_str().to_owned(),
    }
}
