//! The gateway's arguments and sockets.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use clap::Args;
use ipnet::IpNet;

use lac_app::protocol::TlsFiles;
use lac_model::fault::Fault;
use lac_store::Result;
use lac_store::dir::{FileProtection, check_permissions};

#[derive(Debug, Args)]
#[command(next_help_heading = "Gateway")]
pub(super) struct GatewayArgs {
    /// The address and port to serve HTTP on: a loopback address, unless there
    /// is a certificate or a proxy
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// The certificate chain for HTTPS, in PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM, which only its owner may read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy whose X-Forwarded-For counts, by its network or address. Without a
    /// certificate, nobody else may connect. Can be given several times
    #[arg(long, value_name = "CIDR", value_parser = parse_network)]
    behind_proxy: Vec<IpNet>,
    /// The address and port to serve metrics on, as plain HTTP
    #[arg(long, value_name = "ADDR:PORT")]
    metrics_listen: Option<SocketAddr>,
}

/// A network, or one address.
fn parse_network(text: &str) -> std::result::Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text.parse().ok().or_else(address);
    let network: IpNet = network.ok_or("expected a network such as 10.0.0.0/8, or an address")?;
    Ok(network.trunc())
}

/// What the gateway listens on.
#[derive(Debug)]
pub(super) struct GatewaySockets {
    pub listener: TcpListener,
    pub metrics: Option<TcpListener>,
    pub tls: Option<TlsFiles>,
    pub proxies: Vec<IpNet>,
}

impl GatewaySockets {
    /// Opens the sockets; `None` if no gateway is wanted.
    pub(super) fn open(args: &GatewayArgs, inherited: Option<TcpListener>) -> Result<Option<Self>> {
        let tls = match (&args.tls_cert, &args.tls_key) {
            (Some(cert), Some(key)) => Some(tls_files(cert, key)?),
            _ => None,
        };
        let listener = match (inherited, args.listen) {
            (Some(listener), _) => {
                let address = listener.local_addr();
                let address = address.map_err(|e| Fault::io("the inherited socket", e))?;
                args.check_transport(address)?;
                listener
            }
            (None, Some(address)) => {
                args.check_transport(address)?;
                bind(address)?
            }
            (None, None) if args.is_empty() => return Ok(None),
            (None, None) => {
                return Err(Fault::InputRequired {
                    what: "the gateway's address".to_owned(),
                    flag: "--listen".to_owned(),
                });
            }
        };
        Ok(Some(Self {
            listener,
            metrics: args.metrics_listen.map(bind).transpose()?,
            tls,
            proxies: args.behind_proxy.clone(),
        }))
    }
}

impl GatewayArgs {
    fn is_empty(&self) -> bool {
        self.tls_cert.is_none() && self.behind_proxy.is_empty() && self.metrics_listen.is_none()
    }

    /// Tokens must not travel over a network in plain text.
    fn check_transport(&self, address: SocketAddr) -> Result<()> {
        let is_local = address.ip().to_canonical().is_loopback();
        if is_local || self.tls_cert.is_some() || !self.behind_proxy.is_empty() {
            return Ok(());
        }
        Err(Fault::InputRequired {
            what: format!("{address} is no loopback address: a certificate"),
            flag: "--tls-cert and --tls-key (or --behind-proxy, if a proxy has the certificate)"
                .to_owned(),
        })
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|e| Fault::io(address, e))
}

/// Checks the files as other secrets are checked.
fn tls_files(cert: &Path, key: &Path) -> Result<TlsFiles> {
    let checks = [
        (cert, FileProtection::OwnerWritable),
        (key, FileProtection::OwnerOnly),
    ];
    for (path, protection) in checks {
        if let Some(problem) = check_permissions(path, protection)? {
            return Err(problem);
        }
    }
    Ok(TlsFiles {
        cert: cert.to_path_buf(),
        key: key.to_path_buf(),
    })
}

#[cfg(test)]
mod tests {
    use super::parse_network;

    #[test]
    fn a_proxy_is_a_network_or_an_address() {
        let parsed = |text| parse_network(text).map(|network| network.to_string());
        assert_eq!(parsed("10.1.2.3/8").as_deref(), Ok("10.0.0.0/8"));
        assert_eq!(parsed("192.0.2.1").as_deref(), Ok("192.0.2.1/32"));
        assert_eq!(parsed("::1").as_deref(), Ok("::1/128"));
        assert!(parsed("proxy.example.com").is_err());
    }
}
