//! What can go wrong with keys, tokens and notes. No variant carries a
//! secret, so neither `Display` nor `Debug` can show one.

use std::io;
use std::path::PathBuf;

/// Shorthand for this floor's results.
pub type Result<T> = std::result::Result<T, Error>;

/// Any failure of signing, verifying or keeping keys.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an Ed25519 private key in PKCS#8 PEM.
    #[error("not an Ed25519 private key in PKCS#8 PEM")]
    MalformedKey,
    /// Not 32 bytes that make an Ed25519 public key fit for use.
    #[error("not an Ed25519 public key")]
    MalformedPublicKey,
    /// A key file that holds something else.
    #[error("{} does not hold an Ed25519 private key in PKCS#8 PEM", path.display())]
    MalformedKeyFile {
        /// The file.
        path: PathBuf,
    },
    /// A key file that was found holds another key than was asked for.
    #[error("{} holds the key {found}, not {expected}", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
        /// Thumbprint of the key that was asked for.
        expected: String,
        /// Thumbprint of the key in the file.
        found: String,
    },
    /// A key file whose permissions, owner or kind let others at the key.
    #[error("{} {problem}", path.display())]
    UnsafeKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: KeyFileProblem,
        /// The command that mends it.
        remedy: String,
    },
    /// A new key is never written over an old one.
    #[error("{} exists already", path.display())]
    KeyFileExists {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `read`, `create` …
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A login token was refused.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A signed note was refused.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// How a key file is unsafe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileProblem {
    /// Its group or everyone has some access.
    #[error("is accessible to others than its owner")]
    Exposed,
    /// It belongs to somebody else.
    #[error("does not belong to the account that runs this program")]
    ForeignOwner,
    /// It is a symbolic link.
    #[error("is a symbolic link")]
    SymbolicLink,
    /// It is a directory, a pipe or a device.
    #[error("is not a regular file")]
    NotAFile,
}

/// Why a login token was refused. The token itself is never repeated.
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
    /// Not a JSON object with `alg`, `typ` and `kid` alone.
    #[error("the token's header is malformed")]
    Header,
    /// Signed with another algorithm than `EdDSA`, or not at all.
    #[error("the token is not signed with EdDSA")]
    Algorithm,
    /// A token of another kind (RFC 8725, section 3.11).
    #[error("the token is not a login token")]
    Type,
    /// No known key has its `kid`.
    #[error("the token is signed by an unknown key")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the token's signature does not verify")]
    Signature,
    /// Signed, but not the claims of a login.
    #[error("the token's claims are not those of a login")]
    Claims,
}

impl TokenError {
    /// A stable `snake_case` word for scripts and for the log.
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

/// Why a signed checkpoint was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than 64 KiB.
    #[error("the checkpoint is too long")]
    TooLong,
    /// Not UTF-8, a control character, or no blank line before signatures.
    #[error("the checkpoint is not a signed note")]
    Malformed,
    /// The text is not exactly origin, size and root.
    #[error("the checkpoint's text is malformed")]
    Body,
    /// It is about another log.
    #[error("the checkpoint belongs to another log")]
    Origin,
    /// A signature line does not follow the format.
    #[error("the checkpoint has a malformed signature line")]
    SignatureLine,
    /// A known key's signature does not fit, or is there twice.
    #[error("the checkpoint's signature does not verify")]
    Signature,
    /// No known key signed it.
    #[error("the checkpoint is not signed by a known key")]
    UnknownKey,
    /// A key signed a size at which it was not the log's key yet.
    #[error("the checkpoint is signed by a key that was not the log's key yet")]
    KeyNotYetValid,
    /// A key signed a size at which another had taken its place.
    #[error("the checkpoint is signed by a key that had been replaced by then")]
    KeyReplaced,
    /// What the log's keys say of one another does not verify.
    #[error("the statements of the log's keys about one another do not verify")]
    KeyChain,
}
