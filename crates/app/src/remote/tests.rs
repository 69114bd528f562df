//! Streams that hold anything at all, on both sides.

use std::io::{self, Read, Write};

use proptest::prelude::*;

use super::frame::{self, Tag};
use super::wire::{event_parts, event_texts};
use super::*;
use crate::whoami::WhoAmI;
use lac_model::audit::Texts;

/// A stream whose other side says what it says, whatever it hears.
#[derive(Debug, Default)]
struct Deaf {
    says: Vec<u8>,
    at: usize,
    heard: Vec<u8>,
}

impl Deaf {
    fn saying(says: Vec<u8>) -> Self {
        Self {
            says,
            ..Self::default()
        }
    }
}

impl Read for Deaf {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // In small pieces, as a network may.
        let count = buffer.len().min(self.says.len() - self.at).min(7);
        buffer[..count].copy_from_slice(&self.says[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl Write for Deaf {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Deaf {}

fn framed(tag: Tag, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    frame::write(&mut out, tag, &[bytes]).unwrap();
    out
}

const HELLO: &[u8] = br#"{"protocol":1,"version":"0"}"#;

/// What came of a stream.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Nobody,
    NoRequest,
    /// With this token.
    Request(Option<String>),
}

fn hear(bytes: Vec<u8>) -> Result<Heard> {
    let mut hearing = Hearing::new(Deaf::saying(bytes));
    if !hearing.greet(|| None)? {
        return Ok(Heard::Nobody);
    }
    match hearing.hear(|_| Ok(()))? {
        None => Ok(Heard::NoRequest),
        Some(asked) => asked.token().map(Heard::Request),
    }
}

#[test]
fn a_request_is_heard() {
    let request = br#"{"use_case":"whoami","token":"lac_x","request":{}}"#;
    let bytes = [framed(Tag::Hello, HELLO), framed(Tag::Request, request)].concat();
    assert_eq!(hear(bytes), Ok(Heard::Request(Some("lac_x".to_owned()))));
    assert_eq!(hear(Vec::new()), Ok(Heard::Nobody));
    assert_eq!(hear(framed(Tag::Hello, HELLO)), Ok(Heard::NoRequest));
}

#[test]
fn another_protocol_is_told_apart_and_both_sides_hear_it() {
    let mut hearing = Hearing::new(Deaf::saying(framed(
        Tag::Hello,
        br#"{"protocol":2,"version":"9.9"}"#,
    )));
    let fault = hearing.greet(|| None).unwrap_err();
    assert_eq!(fault.code(), "protocol_mismatch");
    let told = std::mem::take(&mut hearing.stream().heard);
    let heard = Line::open(Deaf::saying(told)).unwrap_err();
    let Fault::ProtocolMismatch { ours, theirs, .. } = heard else {
        panic!("{heard:?}");
    };
    assert_eq!((ours, theirs), (2, 1), "as the other side sees it");
}

#[test]
fn a_length_that_is_only_claimed_takes_no_memory() {
    let mut bytes = Vec::new();
    let head = [b'Q', 0, 0x7f, 0xff, 0xff];
    let read = frame::read(&mut &head[..], MAX_REQUEST, &mut bytes);
    assert!(read.is_err() && bytes.capacity() < 1024 * 1024);
    let head = [b'Q', 0xff, 0xff, 0xff, 0xff];
    let read = frame::read(&mut &head[..], MAX_REQUEST, &mut bytes);
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn what_a_request_held_is_in_no_error() {
    let request = br#"{"use_case":"whoami","token":{"lac_secret":1},"request":{}}"#;
    let bytes = [framed(Tag::Hello, HELLO), framed(Tag::Request, request)].concat();
    let fault = hear(bytes).unwrap_err();
    assert!(!fault.to_string().contains("secret"), "{fault}");
}

#[test]
fn no_two_use_cases_share_a_name() {
    let mut all = names().to_vec();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), names().len());
}

/// Frames that are whole, in any order, and bytes that are none.
fn anything() -> impl Strategy<Value = Vec<u8>> {
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
    fn whatever_is_heard_ends_in_an_answer_or_an_error(bytes in anything(), cut in 0_usize..200) {
        let _ = hear(bytes.clone());
        let greeted = [framed(Tag::Hello, HELLO), bytes].concat();
        let cut = cut.min(greeted.len());
        let _ = hear(greeted[..cut].to_vec());
        let _ = hear(greeted);
    }

    #[test]
    fn whatever_a_broker_says_ends_in_an_answer_or_an_error(bytes in anything()) {
        let says = [framed(Tag::Hello, HELLO), bytes.clone()].concat();
        if let Ok(line) = Line::open(Deaf::saying(says)) {
            let _ = line.ask(&WhoAmI::default(), Some("lac_x"), &mut Nothing);
        }
        let _ = Line::open(Deaf::saying(bytes));
    }

    #[test]
    fn frames_come_back(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..4)) {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        frame::write(&mut out, Tag::Bytes, &parts).unwrap();
        let mut bytes = Vec::new();
        let tag = frame::read(&mut &out[..], 4096, &mut bytes).unwrap();
        prop_assert_eq!(tag, Some(Tag::Bytes));
        prop_assert_eq!(bytes, parts.concat());
    }

    #[test]
    fn texts_of_events_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = event_texts(&bytes);
    }
}

#[test]
fn texts_of_an_event_come_back() {
    let record = r#"{"v":1,"seq":1,"time":"t","clock":null,"action_group":"log","action":"read","full_action_name":"x","result":"success","admin":null,"admin_id":null,"role":null,"session_id":null,"customer_id":null,"website":null,"store_view":null,"consent":null,"document":null,"ticket":null,"erased":null,"shopper":"a","staff":"b"}"#;
    let staff = r#"{"ip_address":null,"os_account":"ä","login_uid":null}"#;
    for shopper in [
        None,
        Some(r#"{"customer_email":null,"reason":"ü","details":{}}"#),
    ] {
        let texts = Texts {
            record,
            shopper,
            staff,
        };
        let cut = Cut::new(texts).unwrap();
        let mut lengths = [0; 8];
        let bytes = event_parts(&cut, &mut lengths).concat();
        assert_eq!(event_texts(&bytes), Some(texts));
    }
}
