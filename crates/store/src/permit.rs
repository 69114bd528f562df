//! The proof that somebody was asked "may they?", and for what.

use std::marker::PhantomData;

use super::ReadTx;
use lac_model::access::{Actor, Rights};
use lac_model::fault::Fault;
use lac_model::resource::Resource;

/// Permission for one act, or for one kind of write that it covers, in the
/// transaction it was given in.
///
/// Only the functions here make one. `'tx` is invariant, so a permit cannot be
/// kept for another transaction.
#[derive(Debug)]
pub struct Permit<'tx, A> {
    _tx: PhantomData<fn(&'tx ()) -> &'tx ()>,
    _act: PhantomData<fn() -> A>,
}

/// Something that somebody may do if they hold a resource. A use case's request
/// is its act.
pub trait Act {
    /// One of these is needed; none for what everybody who is known may do with
    /// what is their own.
    const ANY_OF: &'static [Resource];
}

/// An act writes `W`: one of the kinds of write below, or a step that several
/// acts have in common and that covers some of them. Declared beside the act.
#[diagnostic::on_unimplemented(message = "a permit for `{Self}` does not cover `{W}`")]
pub trait Covers<W> {}

/// Names the kinds of write.
macro_rules! writes {
    ($($name:ident: $what:literal),* $(,)?) => {$(
        #[doc = $what]
        #[derive(Debug)]
        pub struct $name;
    )*};
}

writes! {
    ConfigWrite: "Config values.",
    StoreTreeWrite: "Websites, store groups and store views.",
    RoleWrite: "Roles.",
    AdminUserWrite: "Admin users.",
    StorefrontWrite: "Storefronts.",
    TokenWrite: "Access tokens.",
    CustomerWrite: "Customers.",
    ConsentWrite: "Customers' consent.",
    DocumentWrite: "Orders, invoices, shipments and credit memos.",
    SessionWrite: "Impersonations.",
    RequestWrite: "Logins that wait for a second person.",
    OutboxWrite: "Notices for programs outside.",
    KeyWrite: "The rows of signing keys.",
}

/// Founding a store. It is no [`Act`]: nobody is authorized for it.
#[derive(Debug)]
pub struct Founding;

impl Covers<ConfigWrite> for Founding {}
impl Covers<RoleWrite> for Founding {}
impl Covers<AdminUserWrite> for Founding {}
impl Covers<KeyWrite> for Founding {}

impl<'tx, A> Permit<'tx, A> {
    fn new(_tx: &'tx dyn ReadTx) -> Self {
        Self {
            _tx: PhantomData,
            _act: PhantomData,
        }
    }

    /// Gives a permit if the actor holds one of the resources asked for: all of
    /// the act's, or those among them that this request needs.
    pub fn authorize(tx: &'tx dyn ReadTx, actor: &Actor, any_of: &[Resource]) -> Result<Self, Fault>
    where
        A: Act,
    {
        must_be_among(any_of, A::ANY_OF)?;
        demand(actor, any_of)?;
        Ok(Self::new(tx))
    }

    /// The part of it that a call of the port demands.
    #[must_use]
    pub fn narrow<W>(&self) -> Permit<'tx, W>
    where
        A: Covers<W>,
    {
        Permit {
            _tx: PhantomData,
            _act: PhantomData,
        }
    }
}

impl<'tx> Permit<'tx, Founding> {
    /// Only while there is no admin user at all.
    pub fn founding(tx: &'tx dyn ReadTx) -> Result<Self, Fault> {
        if tx.has_admin_users()? {
            return Err(Fault::AlreadyExists {
                what: "the store".to_owned(),
            });
        }
        Ok(Self::new(tx))
    }
}

impl<'tx> Permit<'tx, SessionWrite> {
    /// For writing down that sessions ran out: the clock asks nobody.
    pub fn for_expiry(tx: &'tx dyn ReadTx) -> Self {
        Self::new(tx)
    }
}

/// An act that needs a resource is never authorized without one, or by another.
fn must_be_among(any_of: &[Resource], all: &[Resource]) -> Result<(), Fault> {
    let is_known = any_of.iter().all(|resource| all.contains(resource));
    if is_known && any_of.is_empty() == all.is_empty() {
        return Ok(());
    }
    Err(Fault::internal("authorization by resources of another act"))
}

/// Asks whether the actor holds one of the resources; none is held by everybody
/// who is known.
pub fn demand(actor: &Actor, any_of: &[Resource]) -> Result<(), Fault> {
    let Some(first) = any_of.first() else {
        return Ok(());
    };
    if any_of.iter().any(|resource| actor.rights.allows(*resource)) {
        return Ok(());
    }
    Err(Fault::ResourceDenied {
        actor: actor.name.clone(),
        role: actor.role.clone(),
        resource: first.id().to_owned(),
        title: first.title().to_owned(),
    })
}

/// Nobody can grant, assign or mint more than they hold themselves.
pub fn check_within_own_rights(actor: &Actor, given: &Rights, what: &str) -> Result<(), Fault> {
    if actor.rights.is_superset(given) {
        return Ok(());
    }
    Err(Fault::BeyondOwnRights {
        what: what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_needs_resources_of_its_own_act() {
        let (config, roles) = (Resource::CONFIG, Resource::ACL_ROLES);
        let all = [config, Resource::CONFIG_SECTION];
        assert_eq!(must_be_among(&[config], &all), Ok(()));
        assert_eq!(must_be_among(&all, &all), Ok(()));
        assert_eq!(must_be_among(&[], &[]), Ok(()));
        for (asked, all) in [
            (&[][..], &all[..]),
            (&[roles], &all),
            (&[config, roles], &all),
            (&[config], &[]),
        ] {
            assert!(must_be_among(asked, all).is_err(), "{asked:?}");
        }
    }
}
