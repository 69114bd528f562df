//! The program's own maintenance may write sessions and nothing else.

use lac_app::{Context, WriteOutcome, maintain};
use lac_model::access::Role;
use lac_store::{Permit, ReadTx, Result, RoleWrite};

fn role(context: &Context<'_>, role: &Role) -> Result<()> {
    maintain(context, |work, permit| {
        let permit = permit.narrow::<RoleWrite>(); //~ E0277: a permit for `SessionWrite` does not cover `RoleWrite`
        work.tx.role_put(&permit, role)?;
        Ok(WriteOutcome::Unchanged(()))
    })
}

fn expiry(tx: &dyn ReadTx) -> Permit<'_, RoleWrite> {
    Permit::for_expiry(tx) //~ E0308: mismatched types
}
