//! The part of the port for customers, their consent and their documents.

use super::{
    ConsentWrite, CustomerPage, CustomerQuery, CustomerWrite, DocumentWrite, Permit, Result,
};
use lac_model::customer::{Consent, Customer};
use lac_model::document::{Document, DocumentKind};
use lac_model::ids::CustomerId;

/// Customers and their consent.
pub trait CustomerReads {
    fn customer(&self, id: CustomerId) -> Result<Option<Customer>>;
    /// All customers with this address (see
    /// [`email_key`](lac_model::customer::email_key)), ordered by website. A
    /// website has at most one.
    fn customers_by_email(&self, email_key: &str) -> Result<Vec<Customer>>;
    /// One page of a list. The order is stable, so that `query.after` continues
    /// where the page before ended.
    fn customer_page(&self, query: &CustomerQuery) -> Result<CustomerPage>;
    fn customer_count(&self) -> Result<u64>;
    /// Calls `each` with the id of every active customer on these websites
    /// (`None`: on all), ordered by id.
    fn active_customers(
        &self,
        websites: Option<&[i64]>,
        each: &mut dyn FnMut(CustomerId) -> Result<()>,
    ) -> Result<()>;
    /// The `local:N` ids that a customer had before the merchant's id became known.
    /// Events from that time contain these ids.
    fn customer_former_ids(&self, id: CustomerId) -> Result<Vec<CustomerId>>;
    /// Calls `each` with the consent of every customer.
    fn all_consents(&self, each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>) -> Result<()>;
    /// Calls `each` with the consents that are compared with the log: first
    /// those of customers who granted or revoked it, then those of customers
    /// who did neither but are named by an event in the database.
    fn consents_to_compare(
        &self,
        each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>,
    ) -> Result<()>;
    /// Calls `each` with every former id (`local:N`) and the id that replaced
    /// it.
    fn former_customer_ids(
        &self,
        each: &mut dyn FnMut(CustomerId, CustomerId) -> Result<()>,
    ) -> Result<()>;
    /// The largest N of all `local:N` ids ever given, so that none is given
    /// twice: those in any table, those of removed customers in the log, and
    /// those in archives (`ArchiveRow`). 0 if there is
    /// none.
    fn last_local_customer_number(&self) -> Result<i64>;
}

/// Changes to customers and their consent.
pub trait CustomerWrites {
    /// Inserts a customer, or replaces the one with the same id, consent
    /// included. `already_exists` if another customer of that website has the
    /// address.
    fn customer_put(&self, permit: &Permit<'_, CustomerWrite>, customer: &Customer) -> Result<()>;
    /// Makes a customer's address available to another customer. You must call
    /// [`customer_put`](Self::customer_put) for this customer before the
    /// transaction ends. (An import needs it when two customers swap
    /// addresses.)
    fn customer_release_email(
        &self,
        permit: &Permit<'_, CustomerWrite>,
        id: CustomerId,
    ) -> Result<()>;
    /// Replaces a `local:N` id by the merchant's id, in documents, sessions,
    /// requests and notices too, and stores it as a former id.
    fn customer_renumber(
        &self,
        permit: &Permit<'_, CustomerWrite>,
        from: CustomerId,
        to: CustomerId,
    ) -> Result<()>;
    fn customer_remove(&self, permit: &Permit<'_, CustomerWrite>, id: CustomerId) -> Result<()>;
    fn consent_put(
        &self,
        permit: &Permit<'_, ConsentWrite>,
        id: CustomerId,
        consent: &Consent,
    ) -> Result<()>;
}

/// Orders, invoices, shipments and credit memos.
pub trait DocumentReads {
    /// All documents of a kind with this number, ordered by store view.
    fn documents(&self, kind: DocumentKind, number: &str) -> Result<Vec<Document>>;
    fn document(&self, kind: DocumentKind, entity_id: i64) -> Result<Option<Document>>;
    /// The lowest entity id of a kind; 0 if there are no documents of it. An
    /// order that a storefront synced has one below 0, because only an import
    /// brings the shop's.
    fn lowest_document_id(&self, kind: DocumentKind) -> Result<i64>;
    /// The number of documents of all kinds.
    fn document_count(&self) -> Result<u64>;
    /// The different e-mail addresses in a customer's documents.
    fn document_emails(&self, id: CustomerId) -> Result<Vec<String>>;
}

/// Changes to documents.
pub trait DocumentWrites {
    /// Inserts a document, or replaces the one with the same kind and entity
    /// id.
    fn document_put(&self, permit: &Permit<'_, DocumentWrite>, document: &Document) -> Result<()>;
    /// Deletes the e-mail address from a customer's documents, and from all
    /// documents with one of `emails` (in lower case). Returns how many were
    /// changed.
    fn document_erase_emails(
        &self,
        permit: &Permit<'_, DocumentWrite>,
        id: Option<CustomerId>,
        emails: &[String],
    ) -> Result<u64>;
    fn document_remove(
        &self,
        permit: &Permit<'_, DocumentWrite>,
        kind: DocumentKind,
        entity_id: i64,
    ) -> Result<()>;
}
