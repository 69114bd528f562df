//! A transaction cannot be committed without a record.

use lac_store::{HighWaterMark, Result, WriteTx};

fn commit(tx: Box<dyn WriteTx + '_>, high_water: &dyn HighWaterMark) -> Result<()> {
    tx.commit(high_water) //~ E0061: this method takes 2 arguments but 1 argument was supplied
}
