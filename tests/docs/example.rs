//! The worked example of `docs/proofs.md`: a log of five events, written by the
//! program's own code and verified using only the page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::fmt::Write as _;

use lac_ledger::archive::{EventLine, Header, PROOF_FORMAT, PartDisclosure};
use lac_ledger::manifest::{Exporter, MANIFEST_FORMAT, Manifest, hex};
use lac_ledger::merkle::node_hash;
use lac_ledger::proof::{NodeReader, multiproof_root, prove_leaves, range_root};
use lac_ledger::record::seal_event;
use lac_ledger::signing::keys::PrivateKey;
use lac_ledger::signing::note::{self, Checkpoint};
use lac_model::audit::{
    Action, Event, EventField, EventTexts, RecordFields, SealedEvent, Selection, SelectionValues,
};
use lac_model::bytes::Hash;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;
use lac_render::row_encoder::EventRowEncoder;

const ORIGIN: &str = "shop.example";
const COLUMNS: [EventField; 7] = [
    EventField::Seq,
    EventField::Time,
    EventField::Action,
    EventField::Admin,
    EventField::CustomerId,
    EventField::Reason,
    EventField::Ticket,
];

/// 2026-10-05T09:30:00Z.
const START: i64 = 1_791_192_600;

fn sample_events() -> Vec<SealedEvent> {
    let actions = [
        Action::ConsentGrant,
        Action::LoginIssue,
        Action::LoginRedeem,
        Action::LoginEnd,
        Action::LogExport,
    ];
    let one = |(seq, action): (u8, Action)| {
        let mut event = Event::new(action);
        event.admin = Some("anna".to_owned());
        event.admin_id = Some(2);
        event.role = Some("Support".to_owned());
        event.os_account = Some("anna".to_owned());
        if action != Action::LogExport {
            event.customer_id = CustomerId::from_merchant(42);
            event.customer_email = Some("jane@example.com".to_owned());
            event.website = Some("base".to_owned());
        }
        if (2..=4).contains(&seq) {
            event.session_id = SessionId::new("e929e327357486799dc48e2eff042c1d").ok();
            event.store_view = Some("default".to_owned());
            event.ticket = "ZD-4711".parse().ok();
        }
        if action == Action::LoginIssue {
            event.reason = Some("Zoë cannot pay".to_owned());
        }
        let time = Timestamp::from_seconds(START + i64::from(seq));
        let salts = [[seq; 32], [seq + 0x80; 32]];
        seal_event(&event, u64::from(seq), time, None, salts).expect("an event")
    };
    (1..).zip(actions).map(one).collect()
}

/// The tree over the example's leaves.
struct LeafTree(Vec<Hash>);

impl NodeReader for LeafTree {
    type Error = Infallible;

    fn node(&self, level: u32, index: u64) -> Result<Hash, Infallible> {
        if level == 0 {
            return Ok(self.0[usize::try_from(index).expect("small")]);
        }
        let left = self.node(level - 1, index * 2)?;
        Ok(node_hash(&left, &self.node(level - 1, index * 2 + 1)?))
    }
}

/// Events 2 and 3; the shopper data of event 3 was erased.
fn proof_lines(events: &[SealedEvent]) -> Vec<EventLine> {
    let line = |event: &SealedEvent, erased: bool| {
        let (staff, staff_salt) = &event.parts.staff_part;
        let (shopper, salt) = event.parts.customer_part.as_ref().expect("a part");
        let shown = PartDisclosure::disclose(shopper, salt);
        let shopper = if erased {
            shown.withhold().expect("a commitment")
        } else {
            shown
        };
        EventLine::new(
            &event.record,
            shopper,
            PartDisclosure::disclose(staff, staff_salt),
        )
        .expect("a line")
    };
    vec![line(&events[1], false), line(&events[2], true)]
}

fn csv_rows(lines: &[EventLine]) -> String {
    let rows = EventRowEncoder::csv(&COLUMNS, false);
    let mut bytes = rows.header().into_bytes();
    for line in lines {
        let whole = line.restore().expect("an event");
        let texts = EventTexts {
            record: &whole.record,
            customer_part: whole.shopper.as_deref(),
            staff_part: whole.staff.as_deref().expect("a staff part"),
        };
        rows.write(&RecordFields::new(texts).expect("an event"), &mut bytes);
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn signed_manifest(file: &str, key: &PrivateKey, checkpoint: &str) -> Manifest {
    let mut manifest = Manifest {
        format: MANIFEST_FORMAT.to_owned(),
        file: "zd-4711.csv".to_owned(),
        content: "csv".to_owned(),
        version: "1.2.3".to_owned(),
        compression: None,
        bytes: file.len() as u64,
        sha256: hex(&Sha256::digest(file)),
        rows: 2,
        columns: COLUMNS.to_vec(),
        formula_guard: true,
        filter: Selection {
            action: SelectionValues::any_of(["issue", "redeem"]),
            ticket: SelectionValues::any_of(["ZD-4711"]),
            ..Selection::default()
        },
        visible: None,
        window: Some((1, 5)),
        origin: ORIGIN.to_owned(),
        checkpoint: checkpoint.to_owned(),
        key: note::verifier_key(ORIGIN, &key.public()),
        proof: None,
        exported_at: Timestamp::from_seconds(START + 6),
        exported_by: Exporter {
            admin: Some("max".to_owned()),
            admin_id: Some(3),
            role: Some("Auditors".to_owned()),
            os_account: Some("max".to_owned()),
        },
        signature: String::new(),
    };
    manifest.sign(key).expect("signed");
    manifest
}

/// The text of the page.
pub(crate) fn render_example() -> String {
    let key = PrivateKey::from_seed([7; 32]);
    let events = sample_events();
    let tree = LeafTree(events.iter().map(|event| event.leaf).collect());
    let Ok(root) = range_root(&tree, 0, 5);
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 5,
        root,
    };
    let checkpoint = note::sign(&checkpoint, &key);
    let mut hashes = Vec::new();
    let Ok(()) = prove_leaves(&tree, [1, 2].into_iter(), 5, &mut |hash| {
        hashes.push(STANDARD.encode(hash));
    });
    let header = Header {
        format: PROOF_FORMAT.to_owned(),
        origin: ORIGIN.to_owned(),
        key: note::verifier_key(ORIGIN, &key.public()),
        checkpoint: checkpoint.clone(),
        range: None,
        events: 2,
        hashes,
    };
    let lines = proof_lines(&events);
    let file = csv_rows(&lines);
    let manifest = signed_manifest(&file, &key, &checkpoint);
    let mut text = String::new();
    let mut block = |title: &str, kind: &str, content: &str| {
        let _ = write!(
            text,
            "{title}\n\n```{kind}\n{}\n```\n\n",
            content.trim_end()
        );
    };
    block("The log's public key:", "text", &header.key);
    block("Its newest checkpoint:", "text", &checkpoint);
    let mut proof = serde_json::to_string(&header).expect("JSON");
    for line in &lines {
        proof = proof + "\n" + &serde_json::to_string(line).expect("JSON");
    }
    block("`zd-4711.csv.proof`, decompressed:", "jsonl", &proof);
    block(
        "The record of event 2, put together:",
        "json",
        &events[1].record,
    );
    let leaf = |event: &SealedEvent| format!("{} {}", event.seq, STANDARD.encode(event.leaf));
    let leaves: Vec<String> = events.iter().map(leaf).collect();
    block("All five leaves:", "text", &leaves.join("\n"));
    block("`zd-4711.csv`:", "csv", &file);
    let whole = manifest.to_text().expect("JSON");
    block("`zd-4711.csv.manifest.json`:", "json", &whole);
    text.trim_end().to_owned()
}

/// Checks the text of the page without the functions above.
pub(crate) fn check_page(page: &str) {
    let block = |title: &str| {
        let (_, rest) = page.split_once(title).expect(title);
        let (_, rest) = rest.split_once("```").expect("a block");
        let (_, rest) = rest.split_once('\n').expect("its first line");
        rest.split_once("```").expect("its end").0.to_owned()
    };
    let (origin, key) = note::parse_verifier_key(&block("The log's public key:")).expect("a key");
    let proof = block("`zd-4711.csv.proof`, decompressed:");
    let mut proof = proof.lines();
    let header: Header = serde_json::from_str(proof.next().expect("a header")).expect("JSON");
    assert_eq!(header.checkpoint, block("Its newest checkpoint:"));
    let signed = note::open(
        header.checkpoint.as_bytes(),
        &origin,
        std::slice::from_ref(&key),
    );
    let signed = signed.expect("a signed checkpoint");
    let leaves = proof.map(|line| {
        let line: EventLine = serde_json::from_str(line).expect("JSON");
        let whole = line.restore().expect("an event");
        let record: serde_json::Value = serde_json::from_str(&whole.record).expect("JSON");
        Ok::<_, Infallible>((record["seq"].as_u64().expect("a seq") - 1, whole.leaf()))
    });
    let hash = |text: &String| {
        let bytes = STANDARD.decode(text).expect("base64");
        Ok(Hash::try_from(bytes).expect("32 bytes"))
    };
    let root = multiproof_root(leaves, header.hashes.iter().map(hash), signed.size);
    assert_eq!(root, Ok(signed.root));
    let file = block("`zd-4711.csv`:");
    let manifest: Manifest =
        serde_json::from_str(&block("`zd-4711.csv.manifest.json`:")).expect("a manifest");
    assert_eq!(manifest.sha256, hex(&Sha256::digest(&file)));
    assert_eq!(manifest.verify_signature(&key).expect("a text"), Ok(()));
}
