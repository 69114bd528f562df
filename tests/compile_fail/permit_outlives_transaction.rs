//! A permit stays in the transaction it was given in, and fits no other.

use lac_app::sessions::End;
use lac_app::{Desk, Done, act};
use lac_model::audit::Action;
use lac_store::{Founding, Permit, Result, SessionWrite, Store};

fn keep(desk: &Desk<'_>) -> Result<()> {
    let mut kept: Option<Permit<'_, SessionWrite>> = None;
    act::<End, ()>(
        desk,
        Action::LoginEnd,
        |_| {},
        |_, permit| {
            kept = Some(permit.narrow()); //~ E0521: borrowed data escapes outside of closure
            Ok(Done::Unchanged(()))
        },
    )
}

fn found(store: &dyn Store) -> Result<Permit<'_, Founding>> {
    let tx = store.write()?;
    Permit::founding(tx.as_read()) //~ E0515: cannot return value referencing local data `*tx`
}

fn lengthen<'a, 'b: 'a>(permit: Permit<'a, End>) -> Permit<'b, End> {
    permit //~ lifetime may not live long enough
}

fn shorten<'a, 'b: 'a>(permit: Permit<'b, End>) -> Permit<'a, End> {
    permit //~ lifetime may not live long enough
}
