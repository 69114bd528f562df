//! What a transaction does as a whole: its parts, its commit, its end.

use super::{Tx, rows, wal};
use lac_model::audit::StateKind;
use lac_model::fault::Fault;
use lac_store::AppendProof;
use lac_store::{HighWaterMark, ReadTx, Result, WriteTx};

impl ReadTx for Tx<'_> {}

impl WriteTx for Tx<'_> {
    fn written_state_kinds(&self) -> Vec<StateKind> {
        self.kinds_written()
    }

    fn state_digest_before(&self, kind: StateKind) -> Result<String> {
        self.digest_before(kind)
    }

    fn as_read(&self) -> &dyn ReadTx {
        self
    }

    fn attempt(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<Result<()>> {
        let before = self.written_state.borrow().clone();
        self.run_statement("SAVEPOINT attempt")?;
        let ended = body();
        if ended.is_err() {
            self.run_statement("ROLLBACK TO attempt")?;
            self.written_state.replace(before);
        }
        self.run_statement("RELEASE attempt")?;
        Ok(ended)
    }

    fn commit(
        mut self: Box<Self>,
        proof: AppendProof,
        high_water: &dyn HighWaterMark,
    ) -> Result<()> {
        self.conn.execute_batch("COMMIT").map_err(rows::to_fault)?;
        self.is_open = false;
        if let Some(dir) = self.new_wal {
            // A new file survives a power cut only after its directory was
            // synced.
            let synced = std::fs::File::open(dir).and_then(|dir| dir.sync_all());
            synced.map_err(|e| Fault::io(dir.display(), e))?;
        }
        if let Some(note) = proof.note() {
            high_water.advance(note)?;
        }
        wal::truncate_if_large(self.conn, self.timeout);
        Ok(())
    }
}

impl Tx<'_> {
    fn run_statement(&self, sql: &str) -> Result<()> {
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        statement.execute([]).map_err(rows::to_fault)?;
        Ok(())
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.is_open && !self.conn.is_autocommit() {
            // A failed rollback can be ignored: closing the connection rolls
            // back as well.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}
