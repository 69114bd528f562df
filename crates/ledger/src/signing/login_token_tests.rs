use super::*;
use crate::signing::keys::tests::rfc_key;
use crate::signing::{Error, TokenError};
use lac_model::claims::ActorClaim;
use proptest::prelude::*;

fn claims() -> LoginClaims {
    LoginClaims {
        iss: "shop.example".into(),
        aud: "https://shop.example".into(),
        sub: "42".into(),
        act: ActorClaim { sub: "anna".into() },
        jti: "AAAAAAAAAAAAAAAAAAAAAA".into(),
        iat: 1_700_000_000,
        exp: 1_700_000_060,
        website: "base".into(),
        store_view: "default".into(),
        disable_page_cache: true,
        read_only: false,
    }
}

fn keys() -> Vec<PublicKey> {
    vec![PrivateKey::from_seed([1; 32]).public(), rfc_key().public()]
}

/// A token with any header and payload, correctly signed.
fn forged_token(header: &str, payload: &str) -> String {
    let parts = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let message = parts.join(".");
    let signature = URL_SAFE_NO_PAD.encode(rfc_key().sign(message.as_bytes()));
    format!("{message}.{signature}")
}

const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

#[test]
fn signed_tokens_verify() {
    let token = sign(&claims(), &rfc_key()).unwrap();
    assert_eq!(verify(&token, &keys()), Ok(claims()));
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(
        header,
        serde_json::json!({"alg": "EdDSA", "typ": LOGIN_TOKEN_TYPE, "kid": KID})
    );
}

#[test]
fn other_headers_are_refused() {
    let body = serde_json::to_string(&claims()).unwrap();
    let good = format!(r#"{{"alg":"EdDSA","typ":"{LOGIN_TOKEN_TYPE}","kid":"{KID}"}}"#);
    assert_eq!(verify(&forged_token(&good, &body), &keys()), Ok(claims()));
    let with =
        |from: &str, to: &str| verify(&forged_token(&good.replace(from, to), &body), &keys());
    assert_eq!(with("EdDSA", "none"), Err(TokenError::Algorithm));
    assert_eq!(with("EdDSA", "HS256"), Err(TokenError::Algorithm));
    assert_eq!(with("lac-login+jwt", "JWT"), Err(TokenError::Type));
    assert_eq!(with("kPrK", "KPrK"), Err(TokenError::UnknownKey));
    assert_eq!(
        with("}", r#","crit":["x"],"x":1}"#),
        Err(TokenError::Header)
    );
    assert_eq!(with("}", r#","alg":"EdDSA"}"#), Err(TokenError::Header));
    assert_eq!(with(r#""alg":"EdDSA","#, ""), Err(TokenError::Algorithm));
    assert_eq!(with("{", "["), Err(TokenError::Header));
}

#[test]
fn other_claims_are_refused() {
    let header = format!(r#"{{"alg":"EdDSA","typ":"{LOGIN_TOKEN_TYPE}","kid":"{KID}"}}"#);
    let body = serde_json::to_string(&claims()).unwrap();
    for (from, to) in [
        ("\"42\"", "42"),
        ("1700000060", "1.5"),
        ("\"jti\"", "\"x\""),
        ("{", ""),
    ] {
        let token = forged_token(&header, &body.replacen(from, to, 1));
        assert_eq!(verify(&token, &keys()), Err(TokenError::Claims), "{from}");
    }
}

#[test]
fn other_keys_and_encodings_are_refused() {
    let token = sign(&claims(), &rfc_key()).unwrap();
    assert_eq!(verify(&token, &keys()[..1]), Err(TokenError::UnknownKey));
    let other = sign(&claims(), &PrivateKey::from_seed([1; 32])).unwrap();
    let (message, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    let mixed = format!("{message}.{signature}");
    assert_eq!(verify(&mixed, &keys()), Err(TokenError::Signature));
    let short = format!("{message}.AAAA");
    assert_eq!(verify(&short, &keys()), Err(TokenError::Signature));
    // The last of 86 characters has four unused bits, which must be zero.
    let (head, last) = token.split_at(token.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    for form in [
        format!("{token}=="),
        format!("{head}{next}"),
        format!("{token}.x"),
        "..".into(),
    ] {
        assert_eq!(verify(&form, &keys()), Err(TokenError::Malformed));
    }
    let long = "a".repeat(MAX_TOKEN_BYTES + 1);
    assert_eq!(verify(&long, &keys()), Err(TokenError::TooLong));
    let mut wordy = claims();
    wordy.website = long;
    let signed = sign(&wordy, &rfc_key());
    assert!(matches!(signed, Err(Error::Token(TokenError::TooLong))));
}

#[test]
fn token_is_expired_in_the_second_of_exp() {
    assert!(!is_expired(&claims(), 1_700_000_059));
    assert!(is_expired(&claims(), 1_700_000_060));
    assert!(is_expired(&claims(), i64::MAX));
}

#[test]
fn token_is_extracted_from_pasted_text() {
    for text in [
        "a.b-_.c",
        " \n a.b-_.c\n",
        "https://x/loginascustomer/login/index?secret=a.b-_.c",
        "https://x/?y=1&secret=a.b-_.c&z=2#secret=f.f.f",
    ] {
        assert_eq!(extract(text), Ok("a.b-_.c"));
    }
    for text in [
        "",
        "hello",
        "a.b",
        "a.b.c.d",
        "a..c",
        "a.b.ü",
        "https://x/",
        "https://x/?secret=",
        "https://x/?nosecret=a.b.c",
        "https://x/?secret=a.b.c&secret=d.e.f",
        "https://x/#?secret=a.b.c",
    ] {
        assert_eq!(extract(text), Err(TokenError::NotAToken), "{text}");
    }
}

proptest! {
    #[test]
    fn any_changed_character_is_detected(at in 0_usize..10_000, to in "[A-Za-z0-9_.-]") {
        let token = sign(&claims(), &rfc_key()).unwrap();
        let at = at % token.len();
        prop_assume!(token[at..=at] != to);
        let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assert!(verify(&changed, &keys()).is_err());
    }

    #[test]
    fn arbitrary_text_does_not_panic(text in any::<String>()) {
        prop_assert!(verify(&text, &keys()).is_err());
        let _ = extract(&text);
    }
}
