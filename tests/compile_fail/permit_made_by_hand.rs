//! A permit can only be obtained by `authorize`.

use std::marker::PhantomData;

use lac_store::{Permit, RoleWrite};

fn permit<'tx>() -> Permit<'tx, RoleWrite> {
    Permit { _tx: PhantomData, _act: PhantomData } //~ E0451: field
}
