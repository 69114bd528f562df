//! Permits: proof that the actor's rights were checked, and for which act.

use std::marker::PhantomData;

use super::ReadTx;
use lac_model::access::{Actor, Rights};
use lac_model::fault::Fault;
use lac_model::resource::Resource;

/// Permission for the act (or the kind of write) `A`, valid in one transaction.
///
/// Only the functions of this module make one, after they have checked the
/// actor's rights. The lifetime `'tx` is invariant, so that a permit cannot be
/// used in another transaction.
#[derive(Debug)]
pub struct Permit<'tx, A> {
    _tx: PhantomData<fn(&'tx ()) -> &'tx ()>,
    _act: PhantomData<fn() -> A>,
}

/// Something that an actor may do if they hold a certain resource. The request
/// type of a use case implements it.
pub trait Act {
    /// The actor needs one of these resources. Empty if every known actor may
    /// do it (with things of their own).
    const ANY_OF: &'static [Resource];
}

/// Says that the act `Self` includes writes of kind `W`. `W` is one of the
/// kinds below, or a step that several acts share and that covers some of them.
/// Implemented beside the act.
#[diagnostic::on_unimplemented(message = "a permit for `{Self}` does not cover `{W}`")]
pub trait Covers<W> {}

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
    ConsentAskWrite: "Asks for consent.",
    DocumentWrite: "Orders, invoices, shipments and credit memos.",
    SessionWrite: "Sessions.",
    RequestWrite: "Approval requests.",
    OutboxWrite: "Notices for hooks.",
    KeyWrite: "Signing keys (the public part).",
}

/// Creating a store. It is not an [`Act`], because there is no actor yet.
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

    /// Gives a permit if the actor holds one of the resources `any_of`: all
    /// resources of the act, or the ones among them that this request needs.
    /// Fails with `resource_denied`, which names the first one.
    pub fn authorize(tx: &'tx dyn ReadTx, actor: &Actor, any_of: &[Resource]) -> Result<Self, Fault>
    where
        A: Act,
    {
        must_be_among(any_of, A::ANY_OF)?;
        demand(actor, any_of)?;
        Ok(Self::new(tx))
    }

    /// A permit for one kind of write that the act covers.
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
    /// Gives a permit while the store has no admin user; later it fails with
    /// `already_exists`.
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
    /// For storing that sessions have run out: time has decided that, not an
    /// actor.
    pub fn for_expiry(tx: &'tx dyn ReadTx) -> Self {
        Self::new(tx)
    }
}

impl<'tx> Permit<'tx, ConsentAskWrite> {
    /// For storing that asks have expired: time has decided that, not an actor.
    pub fn for_ask_expiry(tx: &'tx dyn ReadTx) -> Self {
        Self::new(tx)
    }
}

/// `any_of` may only contain resources of the act, and may only be empty if the
/// act needs none.
fn must_be_among(any_of: &[Resource], all: &[Resource]) -> Result<(), Fault> {
    let is_known = any_of.iter().all(|resource| all.contains(resource));
    if is_known && any_of.is_empty() == all.is_empty() {
        return Ok(());
    }
    Err(Fault::internal("authorization by resources of another act"))
}

/// Checks that the actor holds one of the resources; an empty list always
/// passes. Fails with `resource_denied`, which names the first one.
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

/// Checks that the actor holds all rights that they are about to give to a
/// role, user or token. Fails with `beyond_own_rights`.
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
    fn only_resources_of_the_act_authorize_it() {
        let (config, roles) = (Resource::CONFIG, Resource::ACL_ROLES);
        let all = [config, Resource::CONFIG_SECTION];
        assert_eq!(must_be_among(&[config], &all), Ok(()));
        assert_eq!(must_be_among(&all, &all), Ok(()));
        assert_eq!(must_be_among(&[], &[]), Ok(()));
        for (any_of, all) in [
            (&[][..], &all[..]),
            (&[roles], &all),
            (&[config, roles], &all),
            (&[config], &[]),
        ] {
            assert!(must_be_among(any_of, all).is_err(), "{any_of:?}");
        }
    }
}
