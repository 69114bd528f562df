//! Tests of both sides with arbitrary bytes.

use std::io::{self, Read, Write};

use proptest::prelude::*;

use super::frame::{self, Tag};
use super::wire::{decode_event_texts, encode_event_texts};
use super::*;
use crate::access::whoami::WhoAmI;
use lac_model::audit::EventTexts;

/// A stream with fixed input, whatever is written to it.
#[derive(Debug, Default)]
struct ScriptedStream {
    input: Vec<u8>,
    at: usize,
    written: Vec<u8>,
}

impl ScriptedStream {
    fn with_input(input: Vec<u8>) -> Self {
        Self {
            input,
            ..Self::default()
        }
    }
}

impl Read for ScriptedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Reads in small pieces, as from a network.
        let count = buffer.len().min(self.input.len() - self.at).min(7);
        buffer[..count].copy_from_slice(&self.input[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl Write for ScriptedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ServerStream for ScriptedStream {}

fn frame_bytes(tag: Tag, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    frame::write_frame(&mut out, tag, &[bytes]).unwrap();
    out
}

const HELLO: &[u8] = br#"{"protocol":1,"version":"0"}"#;

/// What a server received.
#[derive(Debug, PartialEq, Eq)]
enum ReceiveOutcome {
    NobodyConnected,
    NoRequest,
    /// The request's token.
    Request(Option<String>),
}

fn receive_from(bytes: Vec<u8>) -> Result<ReceiveOutcome> {
    let mut connection = ServerConnection::new(ScriptedStream::with_input(bytes));
    if !connection.handshake(|| None)? {
        return Ok(ReceiveOutcome::NobodyConnected);
    }
    match connection.receive(|_| Ok(()))? {
        None => Ok(ReceiveOutcome::NoRequest),
        Some(asked) => asked.token().map(ReceiveOutcome::Request),
    }
}

#[test]
fn request_is_received() {
    let request = br#"{"use_case":"whoami","token":"lac_x","request":{}}"#;
    let bytes = [
        frame_bytes(Tag::Hello, HELLO),
        frame_bytes(Tag::Request, request),
    ]
    .concat();
    assert_eq!(
        receive_from(bytes),
        Ok(ReceiveOutcome::Request(Some("lac_x".to_owned())))
    );
    assert_eq!(
        receive_from(Vec::new()),
        Ok(ReceiveOutcome::NobodyConnected)
    );
    assert_eq!(
        receive_from(frame_bytes(Tag::Hello, HELLO)),
        Ok(ReceiveOutcome::NoRequest)
    );
}

#[test]
fn other_protocol_version_is_reported_to_both_sides() {
    let mut connection = ServerConnection::new(ScriptedStream::with_input(frame_bytes(
        Tag::Hello,
        br#"{"protocol":2,"version":"9.9"}"#,
    )));
    let fault = connection.handshake(|| None).unwrap_err();
    assert_eq!(fault.code(), "protocol_mismatch");
    let sent = std::mem::take(&mut connection.stream_mut().written);
    let received = ClientConnection::open(ScriptedStream::with_input(sent)).unwrap_err();
    let Fault::ProtocolMismatch { ours, theirs, .. } = received else {
        panic!("{received:?}");
    };
    assert_eq!((ours, theirs), (2, 1), "as the other side sees it");
}

#[test]
fn claimed_length_takes_no_memory() {
    let mut bytes = Vec::new();
    let head = [b'Q', 0, 0x7f, 0xff, 0xff];
    let read = frame::read_frame(&mut &head[..], MAX_REQUEST, &mut bytes);
    assert!(read.is_err() && bytes.capacity() < 1024 * 1024);
    let head = [b'Q', 0xff, 0xff, 0xff, 0xff];
    let read = frame::read_frame(&mut &head[..], MAX_REQUEST, &mut bytes);
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn errors_do_not_contain_the_request() {
    let request = br#"{"use_case":"whoami","token":{"lac_secret":1},"request":{}}"#;
    let bytes = [
        frame_bytes(Tag::Hello, HELLO),
        frame_bytes(Tag::Request, request),
    ]
    .concat();
    let fault = receive_from(bytes).unwrap_err();
    assert!(!fault.to_string().contains("secret"), "{fault}");
}

#[test]
fn no_two_use_cases_share_a_name() {
    let mut all = use_case_names().to_vec();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), use_case_names().len());
}

/// Complete frames in any order, and bytes that are not frames.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let tag = prop::sample::select(b"HQUDPEWBNROMAFx".to_vec());
    let text = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        Just(HELLO.to_vec()),
        Just(br#"{"use_case":"whoami","request":{}}"#.to_vec()),
        Just(br#"{"use_case":"whoami","token":"","request":[1,{"a":null}]}"#.to_vec()),
        Just(br#""feature_disabled""#.to_vec()),
        "[\\PC]{0,30}".prop_map(String::into_bytes),
    ];
    let whole = (tag, text).prop_map(|(tag, text)| {
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        [&[tag][..], &length, &text].concat()
    });
    let broken = prop::collection::vec(any::<u8>(), 0..20);
    let one = prop_oneof![4 => whole, 1 => broken];
    prop::collection::vec(one, 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn server_accepts_or_refuses_any_bytes(bytes in any_bytes(), cut in 0_usize..200) {
        let _ = receive_from(bytes.clone());
        let greeted = [frame_bytes(Tag::Hello, HELLO), bytes].concat();
        let cut = cut.min(greeted.len());
        let _ = receive_from(greeted[..cut].to_vec());
        let _ = receive_from(greeted);
    }

    #[test]
    fn client_accepts_or_refuses_any_bytes(bytes in any_bytes()) {
        let input = [frame_bytes(Tag::Hello, HELLO), bytes.clone()].concat();
        if let Ok(line) = ClientConnection::open(ScriptedStream::with_input(input)) {
            let _ = line.call(&WhoAmI::default(), Some("lac_x"), &mut NoChannel);
        }
        let _ = ClientConnection::open(ScriptedStream::with_input(bytes));
    }

    #[test]
    fn written_frames_are_read_back(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..4)) {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        frame::write_frame(&mut out, Tag::ExportBytes, &parts).unwrap();
        let mut bytes = Vec::new();
        let tag = frame::read_frame(&mut &out[..], 4096, &mut bytes).unwrap();
        prop_assert_eq!(tag, Some(Tag::ExportBytes));
        prop_assert_eq!(bytes, parts.concat());
    }

    #[test]
    fn event_texts_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = decode_event_texts(&bytes);
    }
}

#[test]
fn event_texts_are_read_back() {
    let record = r#"{"v":1,"seq":1,"time":"t","clock":null,"action_group":"log","action":"read","full_action_name":"x","result":"success","admin":null,"admin_id":null,"role":null,"session_id":null,"customer_id":null,"website":null,"store_view":null,"consent":null,"document":null,"ticket":null,"erased":null,"shopper":"a","staff":"b"}"#;
    let staff = r#"{"ip_address":null,"os_account":"ä","login_uid":null}"#;
    for shopper in [
        None,
        Some(r#"{"customer_email":null,"reason":"ü","details":{}}"#),
    ] {
        let texts = EventTexts {
            record,
            customer_part: shopper,
            staff_part: staff,
        };
        let fields = RecordFields::new(texts).unwrap();
        let mut lengths = [0; 8];
        let bytes = encode_event_texts(&fields, &mut lengths).concat();
        assert_eq!(decode_event_texts(&bytes), Some(texts));
    }
}
