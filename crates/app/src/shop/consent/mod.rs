//! Customers' consent: *Allow remote shopping assistance*.

mod apply;
mod asks;
mod change;
mod history;
mod own;
mod show;
mod withhold;

pub use asks::{
    AskDecision, AskRemoval, ConsentAskCreate, ConsentAskDecide, ConsentAskDecided,
    ConsentAskExpire, ConsentAskList, ConsentAskShow, ConsentAskStatus, ConsentAskView,
    ConsentAskWithdraw, ConsentAsked, OpenAsk, withdraw_asks_of_customer,
};
pub use change::{ConsentChange, ConsentChangeAnswer, ConsentChanged, GrantLimit};
pub use history::{ConsentHistory, ConsentHistoryEntry};
pub use own::{
    AccessVisit, CustomerAccess, CustomerAccessHistory, CustomerConsent, CustomerConsentChanged,
    CustomerConsentSet, CustomerConsentShow, VisitAction,
};
pub use show::{ConsentShow, ConsentShown, ConsentView};
pub use withhold::{may_transfer_consent, withhold_consent};
