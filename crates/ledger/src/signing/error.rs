//! Errors of keys, tokens and notes. No variant contains a secret, so neither
//! `Display` nor `Debug` can show one.

use std::io;
use std::path::PathBuf;

/// The result of signing and of reading keys.
pub type Result<T> = std::result::Result<T, Error>;

/// Errors of signing, verifying and storing keys.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an Ed25519 private key in PKCS#8 PEM.
    #[error("not an Ed25519 private key in PKCS#8 PEM")]
    MalformedKey,
    /// Not 32 bytes of an Ed25519 public key, or a weak one.
    #[error("not an Ed25519 public key")]
    MalformedPublicKey,
    /// A key file does not contain a private key.
    #[error("{} does not hold an Ed25519 private key in PKCS#8 PEM", path.display())]
    MalformedKeyFile { path: PathBuf },
    /// A key file contains another key than expected.
    #[error("{} holds the key {found}, not {expected}", path.display())]
    WrongKey {
        path: PathBuf,
        /// Thumbprint of the expected key.
        expected: String,
        /// Thumbprint of the key in the file.
        found: String,
    },
    /// Permissions, owner or type of a key file let others read it.
    #[error("{} {problem}", path.display())]
    UnsafeKeyFile {
        path: PathBuf,
        problem: KeyFileProblem,
        /// The command that fixes it.
        remedy: String,
    },
    /// A new key never overwrites a file.
    #[error("{} exists already", path.display())]
    KeyFileExists { path: PathBuf },
    /// The operating system returned an error.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `read`, `create` …
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// Why a key file is not safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileProblem {
    /// Group or others have access.
    #[error("is accessible to others than its owner")]
    Exposed,
    /// It belongs to another account.
    #[error("does not belong to the account that runs this program")]
    ForeignOwner,
    #[error("is a symbolic link")]
    SymbolicLink,
    /// It is a directory, a pipe or a device.
    #[error("is not a regular file")]
    NotAFile,
}

/// Why a login token was refused. Never contains the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Neither a compact token nor a URL with one `secret` parameter.
    #[error("neither a login token nor a login URL")]
    NotAToken,
    /// More than 4096 bytes.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of canonical base64url without padding (RFC 7515).
    #[error("the token is malformed")]
    Malformed,
    /// The header is not a JSON object with exactly `alg`, `typ` and `kid`.
    #[error("the token's header is malformed")]
    Header,
    /// Another algorithm than `EdDSA`, or none.
    #[error("the token is not signed with EdDSA")]
    Algorithm,
    /// A token of another kind (RFC 8725, section 3.11).
    #[error("the token is not a login token")]
    Type,
    /// No known key has the `kid` of the header.
    #[error("the token is signed by an unknown key")]
    UnknownKey,
    #[error("the token's signature does not verify")]
    Signature,
    /// Correctly signed, but not the claims of a login.
    #[error("the token's claims are not those of a login")]
    Claims,
}

impl TokenError {
    /// A stable `snake_case` code for scripts and for the log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotAToken => "not_a_token",
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::Header => "malformed_header",
            Self::Algorithm => "wrong_algorithm",
            Self::Type => "wrong_type",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "bad_signature",
            Self::Claims => "malformed_claims",
        }
    }
}

/// Why a signed note was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than 64 KiB.
    #[error("the checkpoint is too long")]
    TooLong,
    /// Not UTF-8, a control character, or no empty line before the signatures.
    #[error("the checkpoint is not a signed note")]
    Malformed,
    /// The text is not exactly origin, size and root (or a key change).
    #[error("the checkpoint's text is malformed")]
    Body,
    /// The checkpoint of another log.
    #[error("the checkpoint belongs to another log")]
    Origin,
    /// A signature line is malformed.
    #[error("the checkpoint has a malformed signature line")]
    SignatureLine,
    /// The signature of a known key does not verify, or occurs twice.
    #[error("the checkpoint's signature does not verify")]
    Signature,
    /// No known key signed it.
    #[error("the checkpoint is not signed by a known key")]
    UnknownKey,
    /// The size is smaller than the key may sign.
    #[error("the checkpoint is signed by a key that was not the log's key yet")]
    KeyNotYetValid,
    /// The size is larger than the key may sign: another key had replaced it.
    #[error("the checkpoint is signed by a key that had been replaced by then")]
    KeyReplaced,
    /// The key changes between the log's keys do not verify.
    #[error("the statements of the log's keys about one another do not verify")]
    KeyChain,
}
