//! The permit for a login covers sessions, not roles.

use lac_app::login::LoginStart;
use lac_model::access::Role;
use lac_store::{Permit, Result, RoleWrite, SessionWrite, WriteTx};

fn fits<'tx>(permit: &Permit<'tx, LoginStart>) -> Permit<'tx, SessionWrite> {
    permit.narrow()
}

fn of_roles<'tx>(permit: &Permit<'tx, LoginStart>) -> Permit<'tx, RoleWrite> {
    permit.narrow() //~ E0277: a permit for `LoginStart` does not cover `RoleWrite`
}

fn of_sessions(tx: &dyn WriteTx, permit: &Permit<'_, SessionWrite>, role: &Role) -> Result<i64> {
    tx.role_put(permit, role) //~ E0308: mismatched types
}
