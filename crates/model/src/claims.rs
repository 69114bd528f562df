//! The claims of login tokens (RFC 7519, and `act` of RFC 8693). They contain
//! no name and no e-mail address, because they travel in a URL.

use serde::{Deserialize, Serialize};

/// The claims of a login token, serialised in this order.
///
/// Claims added by a later version are ignored by an earlier one (RFC 7519,
/// section 4), so unknown fields are not refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginClaims {
    /// The store's name, which is also the origin of its checkpoints.
    pub iss: String,
    /// The origin of the storefront's base URL, such as `https://shop.example`.
    pub aud: String,
    /// The customer's id: a string, as ids of customers are everywhere.
    pub sub: String,
    /// Who acts as that customer.
    pub act: ActorClaim,
    /// The id of the session this token opens.
    pub jti: String,
    /// When it was issued, in whole seconds since 1970 (UTC).
    pub iat: i64,
    /// The first second at which it is no longer valid, since 1970 (UTC).
    pub exp: i64,
    /// Code of the website.
    pub website: String,
    /// Code of the store view to land on.
    pub store_view: String,
    /// Whether the storefront must not serve this session from its page cache.
    pub disable_page_cache: bool,
    /// Whether the agent may look and change nothing. Tokens from before this
    /// claim were not limited.
    #[serde(default)]
    pub read_only: bool,
}

/// The acting party (RFC 8693, section 4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorClaim {
    /// The name of the admin user.
    pub sub: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialised_in_the_documented_order() {
        let claims = LoginClaims {
            iss: "shop".into(),
            aud: "https://shop.example".into(),
            sub: "42".into(),
            act: ActorClaim { sub: "anna".into() },
            jti: "s1".into(),
            iat: 1,
            exp: 2,
            website: "base".into(),
            store_view: "en".into(),
            disable_page_cache: true,
            read_only: true,
        };
        let json = serde_json::to_string(&claims).unwrap();
        assert_eq!(
            json,
            r#"{"iss":"shop","aud":"https://shop.example","sub":"42","act":{"sub":"anna"},"jti":"s1","iat":1,"exp":2,"website":"base","store_view":"en","disable_page_cache":true,"read_only":true}"#
        );
        let earlier = json.replace(r#","read_only":true"#, "");
        let read: LoginClaims = serde_json::from_str(&earlier).unwrap();
        assert!(!read.read_only, "a token from before the claim");
        let later = json.replace(r#""iat":1"#, r#""new":[],"iat":1"#);
        assert_eq!(serde_json::from_str::<LoginClaims>(&later).unwrap(), claims);
    }

    #[test]
    fn a_number_is_not_a_customer_id() {
        let json = r#"{"iss":"","aud":"","sub":42,"act":{"sub":""},"jti":"","iat":1,"exp":2,"website":"","store_view":"","disable_page_cache":true}"#;
        assert!(serde_json::from_str::<LoginClaims>(json).is_err());
    }
}
