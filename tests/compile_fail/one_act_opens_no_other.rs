//! A permit to add an admin user does not allow changing a role.

use lac_app::access::users::UserCreate;
use lac_model::access::Role;
use lac_store::{AdminUserWrite, Permit, Result, RoleWrite, WriteTx};

fn fits<'tx>(permit: &Permit<'tx, UserCreate>) -> Permit<'tx, AdminUserWrite> {
    permit.narrow()
}

fn as_it_is(tx: &dyn WriteTx, permit: &Permit<'_, UserCreate>, role: &Role) -> Result<i64> {
    tx.role_put(permit, role) //~ E0308: mismatched types
}

fn narrowed(tx: &dyn WriteTx, permit: &Permit<'_, UserCreate>, role: &Role) -> Result<i64> {
    let permit = permit.narrow::<RoleWrite>(); //~ E0277: a permit for `UserCreate` does not cover `RoleWrite`
    tx.role_put(&permit, role)
}
