//! Customers' consent: *Allow remote shopping assistance*.

mod apply;
mod asks;
mod change;
mod grant_limit;
mod history;
mod own;
mod own_customer;
mod show;
mod withhold;

pub use asks::{
    AskRemoval, ConsentAskCreate, ConsentAskExpire, ConsentAskList, ConsentAskShow,
    ConsentAskStatus, ConsentAskView, ConsentAskWithdraw, ConsentAsked, OpenAsk,
    withdraw_asks_of_customer,
};
pub use change::{ConsentChange, ConsentChangeAnswer, ConsentChanged};
pub use grant_limit::GrantLimit;
pub use history::{ConsentHistory, ConsentHistoryEntry};
pub use own::{
    AccessVisit, AskDecision, ConsentAskDecide, ConsentAskDecided, CustomerAccess,
    CustomerAccessHistory, CustomerConsent, CustomerConsentChanged, CustomerConsentSet,
    CustomerConsentShow, VisitAction,
};
pub use show::{ConsentShow, ConsentShown, ConsentView};
pub use withhold::{may_transfer_consent, withhold_consent};
