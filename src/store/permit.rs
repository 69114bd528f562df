//! The proof that somebody was asked "may they?".

use std::marker::PhantomData;

use super::ReadTx;
use crate::domain::access::{Actor, Rights};
use crate::domain::fault::Fault;
use crate::domain::resource::Resource;

/// Permission for one act, bound to the transaction it was given in. Only the
/// functions here make one; every call that changes something demands it.
#[derive(Debug)]
pub struct Permit<'tx> {
    _tx: PhantomData<&'tx ()>,
}

impl<'tx> Permit<'tx> {
    /// Gives a permit if the actor holds one of the resources asked for.
    ///
    /// # Errors
    /// `resource_denied`, naming the first of them.
    pub fn authorize(
        _tx: &'tx dyn ReadTx,
        actor: &Actor,
        any_of: &[Resource],
    ) -> Result<Self, Fault> {
        if any_of.iter().any(|resource| actor.rights.hold(*resource)) {
            return Ok(Self { _tx: PhantomData });
        }
        let Some(resource) = any_of.first() else {
            return Err(Fault::internal("authorization without a resource"));
        };
        Err(Fault::ResourceDenied {
            actor: actor.name.clone(),
            role: actor.role.clone(),
            resource: resource.id().to_owned(),
            title: resource.title().to_owned(),
        })
    }

    /// For what every actor may do with what is their own.
    pub fn for_oneself(_tx: &'tx dyn ReadTx, _actor: &Actor) -> Self {
        Self { _tx: PhantomData }
    }

    /// For founding a store: only while there is no admin user at all.
    ///
    /// # Errors
    /// `already_exists` once there is one.
    pub fn founding(tx: &'tx dyn ReadTx) -> Result<Self, Fault> {
        if tx.has_admin_users()? {
            return Err(Fault::AlreadyExists {
                what: "the store".to_owned(),
            });
        }
        Ok(Self { _tx: PhantomData })
    }

    /// For writing down what time has done (sessions that ran out), which asks
    /// nobody's leave.
    pub fn for_expiry(_tx: &'tx dyn ReadTx) -> Self {
        Self { _tx: PhantomData }
    }
}

/// Nobody can grant, assign or mint more than they hold themselves.
///
/// # Errors
/// `beyond_own_rights`.
pub fn within_own(actor: &Actor, given: &Rights, what: &str) -> Result<(), Fault> {
    if actor.rights.enclose(given) {
        return Ok(());
    }
    Err(Fault::BeyondOwnRights {
        what: what.to_owned(),
    })
}
