//! The permit for founding a store covers what founding writes and nothing
//! else.

use lac_store::{AdminUserWrite, Founding, Permit, SessionWrite};

fn fits<'tx>(permit: &Permit<'tx, Founding>) -> Permit<'tx, AdminUserWrite> {
    permit.narrow()
}

fn sessions<'tx>(permit: &Permit<'tx, Founding>) -> Permit<'tx, SessionWrite> {
    permit.narrow() //~ E0277: a permit for `Founding` does not cover `SessionWrite`
}
