//! The audit log as a data structure: how an event becomes bytes, how the bytes
//! become a signed Merkle tree, and how to check both. Use this crate to append
//! to a log, to read, archive or export it, or to write another verifier. It
//! does not know users or permissions.
//!
//! The formats are specified outside of the code, byte for byte:
//!
//! - [docs/audit-log.md, Bytes](../../../docs/audit-log.md#bytes): the record
//!   of an event and its two parts
//! - [docs/proofs.md](../../../docs/proofs.md): hashes, keys, proof files,
//!   archives, manifests, with Python code
//! - [RFC 6962](https://www.rfc-editor.org/rfc/rfc6962#section-2.1), section
//!   2.1: the Merkle tree, inclusion and consistency proofs
//! - C2SP [tlog-checkpoint](https://c2sp.org/tlog-checkpoint) and
//!   [signed-note](https://c2sp.org/signed-note): the signed checkpoint
//!
//! # Terms
//!
//! | term | what it is | where |
//! | --- | --- | --- |
//! | record | the permanent part of an event: compact JSON with fixed key order, no personal data. It ends with the commitments to the two other parts, `shopper` (can be erased) and `staff` | [`record`] |
//! | commitment | SHA-256(`0x02` ‖ 32 bytes of salt ‖ text of a part). It allows a part to be erased without a change of the record | [`merkle::commitment`] |
//! | leaf | SHA-256(`0x00` ‖ record). Event `seq` (from 1) is leaf `seq - 1` | [`merkle::leaf_hash`] |
//! | subtree | a complete subtree of 256 leaves; the database stores its root | [`merkle::SUBTREE_SIZE`] |
//! | frontier | the roots of the complete subtrees that make up a tree; enough to append to it and to compute its root | [`merkle::Frontier`] |
//! | checkpoint | origin (the store's name), number of events and root of the tree | [`signing::note::Checkpoint`] |
//! | signed note | a text, an empty line and one line for each Ed25519 signature. A signed checkpoint is one, a key change is another | [`signing::note`] |
//! | head | the database row with the newest signed note, the size and the frontier | [`head`] |
//! | checkpoint file | a copy of the newest signed note outside the database; it detects that an older database was restored | [`head::check_checkpoint_file`] |
//! | receipt | a signed checkpoint that somebody keeps, optionally with a consistency proof | [`receipt`] |
//! | key chain | the audit keys of a log, oldest first. Old and new key both sign each change; each key is valid for a range of sizes | [`signing::log_keys`] |
//! | archive | a run of consecutive events in a compressed file with a header that proves them | [`archive`] |
//! | export proof | the same format, for the events of an export: single events (*sparse*) or a consecutive run (*range*) | [`export::proof_file`] |
//! | manifest | the signed description of an export | [`manifest`] |
//! | state | SHA-256 digests of roles, admin users, keys, config … in the record of the event that changed them | [`state`] |
//!
//! # How to verify
//!
//! You need the tables of `docs/proofs.md` for the exact bytes; this is the
//! order of the checks and where they are.
//!
//! A file, with only a public key ([`verify::verify_file`]):
//!
//! 1. Decide which keys to trust: one key that you received separately, or a
//!    key chain that contains it ([`verify::trusted_keys`]).
//! 2. Open the signed checkpoint: form, origin, signature, and that the key was
//!    valid for that size ([`signing::log_keys::LogKeys::open`]).
//! 3. For an export, check the signature of the manifest, by the same key, then
//!    size and SHA-256 of the exported file and of the proof file
//!    ([`manifest::Manifest::signer`]).
//! 4. Read the header of the proof or archive; origin, checkpoint and range
//!    must fit ([`archive::Header`]).
//! 5. For each line, compute the commitments from the parts, restore the record
//!    from them, and hash it ([`archive::EventLine::restore`]).
//! 6. Compute the root from the leaves and the hashes of the header, and
//!    compare it with the signed root ([`proof::multiproof_root`]). Trust
//!    nothing from a line before this succeeds.
//! 7. For an export, encode each event that matches the filter and compare it
//!    with the row of the file. For a range proof, the events must reach the
//!    bounds of the filter.
//! 8. If you have an older checkpoint, check that this one continues it
//!    ([`proof::verify_consistency`], [`receipt::Receipt::verify`]).
//!
//! The whole log, with the store ([`verify::LogVerifier`]):
//!
//! 1. schema of the database, key chain, number of stored subtree roots
//! 2. archive files against what the database has about them
//! 3. every event in order of `seq`: form, commitments, columns, time; its leaf
//!    goes into the tree, and each subtree root is compared
//! 4. older checkpoints, when the tree has their size
//! 5. signature, size and root of the head
//! 6. erased parts against the events that list them
//! 7. recorded state and consents against the tables
//! 8. headers of the archives, then the indexes of the database
//! 9. the checkpoint file
//!
//! ```
//! use lac_ledger::merkle::{Frontier, leaf_hash};
//! use lac_ledger::signing::keys::PrivateKey;
//! use lac_ledger::signing::log_keys::LogKeys;
//! use lac_ledger::signing::note::{self, Checkpoint};
//!
//! let mut tree = Frontier::new();
//! for record in ["one record", "another record"] {
//!     let _ = tree.push(leaf_hash(record.as_bytes()));
//! }
//! let checkpoint = Checkpoint {
//!     origin: "shop.example".to_owned(),
//!     size: tree.size(),
//!     root: tree.root(),
//! };
//! let key = PrivateKey::from_seed([7; 32]);
//! let signed = note::sign(&checkpoint, &key);
//!
//! let keys = LogKeys::new("shop.example", key.public());
//! assert_eq!(keys.open(signed.as_bytes())?.checkpoint, checkpoint);
//! # Ok::<(), lac_ledger::signing::NoteError>(())
//! ```
//!
//! # Modules
//!
//! | for | modules |
//! | --- | --- |
//! | bytes and hashes | [`record`], [`merkle`], [`proof`] |
//! | keys and signatures | [`signing`], [`key_rows`], [`receipt`], [`manifest`] |
//! | reading the log | [`source`], [`event_log`], [`tree`], [`root`], [`head`], [`parallel`] |
//! | appending | [`appender`], [`state`], [`anchor`] |
//! | files | [`archive`], [`archive_builder`], [`export`] |
//! | verifying | [`verify`] |
//! | summaries | [`report`], [`statement`], [`report_summary`] |
//! | others | [`fault`], [`access_token`] |
//!
//! The crate has no clock and no source of randomness of its own: callers pass
//! times and random bytes. It reads the database through the traits of
//! `lac-store`.
//!
//! A verification fails in two ways. `LogTampered` and `FileTampered`:
//! something differs from what a trusted key signed. `ProofMissing`,
//! `UnknownKey`, `AnotherLog`, `ArchiveMissing`, `CheckpointMissing`: something
//! that is needed is missing, cannot be read, or belongs to another log, which
//! proves nothing.

pub mod access_token;
pub mod anchor;
pub mod appender;
pub mod archive;
pub mod archive_builder;
pub mod event_log;
pub mod export;
pub mod fault;
pub mod head;
pub mod key_rows;
pub mod manifest;
pub mod merkle;
pub mod parallel;
pub mod proof;
pub mod receipt;
pub mod record;
pub mod report;
pub mod report_summary;
pub mod root;
pub mod signing;
pub mod source;
pub mod state;
pub mod statement;
pub mod tree;
pub mod verify;
