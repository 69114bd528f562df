//! A permit cannot leave the transaction it was issued in.

use lac_app::login::sessions::SessionEnd;
use lac_app::{Context, WriteOutcome, write};
use lac_model::audit::Action;
use lac_store::{Founding, Permit, Result, SessionWrite, Store};

fn keep(context: &Context<'_>) -> Result<()> {
    let mut kept: Option<Permit<'_, SessionWrite>> = None;
    write::<SessionEnd, ()>(
        context,
        Action::LoginEnd,
        |_| {},
        |_, permit| {
            kept = Some(permit.narrow()); //~ E0521: borrowed data escapes outside of closure
            Ok(WriteOutcome::Unchanged(()))
        },
    )
}

fn found(store: &dyn Store) -> Result<Permit<'_, Founding>> {
    let tx = store.write()?;
    Permit::founding(tx.as_read()) //~ E0515: cannot return value referencing local data `*tx`
}

fn lengthen<'a, 'b: 'a>(permit: Permit<'a, SessionEnd>) -> Permit<'b, SessionEnd> {
    permit //~ lifetime may not live long enough
}

fn shorten<'a, 'b: 'a>(permit: Permit<'b, SessionEnd>) -> Permit<'a, SessionEnd> {
    permit //~ lifetime may not live long enough
}
