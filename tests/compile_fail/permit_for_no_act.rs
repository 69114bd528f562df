//! There is no permit for a general write, nor for founding a store.

use lac_model::access::Actor;
use lac_model::resource::Resource;
use lac_store::{Founding, Permit, ReadTx, Result, RoleWrite};

fn write<'tx>(tx: &'tx dyn ReadTx, actor: &Actor) -> Result<Permit<'tx, RoleWrite>> {
    Permit::authorize(tx, actor, &[Resource::ACL_ROLES]) //~ E0277: the trait bound `RoleWrite: Act` is not satisfied
}

fn found<'tx>(tx: &'tx dyn ReadTx, actor: &Actor) -> Result<Permit<'tx, Founding>> {
    Permit::authorize(tx, actor, &[]) //~ E0277: the trait bound `Founding: Act` is not satisfied
}
