//! TLS: the certificate and key, read again when their files change.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring, version::TLS13};

use super::access_log::AccessLog;
use lac_app::protocol::TlsFiles;
use lac_model::fault::Fault;
use lac_store::Result;
use lac_store::dir::{FileProtection, check_permissions};

/// How often the files are looked at, at most.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The TLS side of the gateway.
pub(super) struct TlsServer {
    files: TlsFiles,
    current: Mutex<Loaded>,
}

/// The configuration, and the files it was made from.
struct Loaded {
    config: Arc<ServerConfig>,
    identity: FilesIdentity,
    checked_at: Instant,
}

/// What changes when a file is written or replaced.
type FilesIdentity = [Option<(u64, u64, i64, i64)>; 2];

impl TlsServer {
    pub(super) fn new(files: TlsFiles) -> Result<Self> {
        let identity = identity(&files);
        let current = Mutex::new(Loaded {
            config: load(&files)?,
            identity,
            checked_at: Instant::now(),
        });
        Ok(Self { files, current })
    }

    /// An acceptor with the newest certificate. Files that cannot be used are
    /// reported once, and the certificate before them stays in use.
    pub(super) fn acceptor(&self, log: &AccessLog) -> TlsAcceptor {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.checked_at.elapsed() >= CHECK_INTERVAL {
            current.checked_at = Instant::now();
            let identity = identity(&self.files);
            if identity != current.identity {
                current.identity = identity;
                match load(&self.files) {
                    Ok(config) => {
                        current.config = config;
                        log.write("the certificate was read again".to_owned());
                    }
                    Err(fault) => log.write(format!("the certificate is not changed: {fault}")),
                }
            }
        }
        TlsAcceptor::from(Arc::clone(&current.config))
    }
}

fn identity(files: &TlsFiles) -> FilesIdentity {
    [&files.cert, &files.key].map(|path| {
        let meta = fs::metadata(path).ok()?;
        Some((meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec()))
    })
}

fn load(files: &TlsFiles) -> Result<Arc<ServerConfig>> {
    if let Some(problem) = check_permissions(&files.key, FileProtection::OwnerOnly)? {
        return Err(problem);
    }
    let chain = read(&files.cert)?;
    let chain = CertificateDer::pem_slice_iter(&chain).collect::<std::result::Result<Vec<_>, _>>();
    let chain = chain.map_err(|e| invalid(&files.cert, e))?;
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?);
    let key = key.map_err(|e| invalid(&files.key, e))?;
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .map_err(Fault::internal)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| invalid(&files.cert, e))?;
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e: io::Error| Fault::io(path.display(), e))
}

fn invalid(path: &Path, problem: impl std::fmt::Display) -> Fault {
    Fault::ConfigInvalid {
        problem: format!("{}: {problem}", path.display()),
    }
}
