//! What the program does on its own writes sessions and nothing else.

use lac_app::{Desk, Done, tend};
use lac_model::access::Role;
use lac_store::{Permit, ReadTx, Result, RoleWrite};

fn role(desk: &Desk<'_>, role: &Role) -> Result<()> {
    tend(desk, |work, permit| {
        let permit = permit.narrow::<RoleWrite>(); //~ E0277: a permit for `SessionWrite` does not cover `RoleWrite`
        work.tx.role_put(&permit, role)?;
        Ok(Done::Unchanged(()))
    })
}

fn expiry(tx: &dyn ReadTx) -> Permit<'_, RoleWrite> {
    Permit::for_expiry(tx) //~ E0308: mismatched types
}
