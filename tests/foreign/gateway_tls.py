"""HTTPS at the gateway, with OpenSSL as the other side: TLS 1.3, a certificate that is replaced while requests run, one
that cannot be used, and plain HTTP at the same port."""

import datetime
import os
import socket
import ssl
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support import Gateway, Store

store = Store().ready()
CERT, KEY = store.home / "cert.pem", store.home / "key.pem"


def issue(name):
    """A certificate that signs itself, and its key; both files are replaced whole."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    for path, data in [(KEY, pem), (CERT, certificate.public_bytes(serialization.Encoding.PEM))]:
        aside = path.with_suffix(".new")
        aside.touch(mode=0o600)
        aside.write_bytes(data)
        os.replace(aside, path)


def ask(version=None, trusted=None):
    """The status of /healthz and the name in the certificate, over a new connection."""
    context = ssl.create_default_context(cadata=trusted or CERT.read_text())
    if version:
        context.maximum_version = version
    with socket.create_connection(gateway.place, timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as stream:
            assert stream.version() == "TLSv1.3", stream.version()
            names = dict(pair for (pair,) in stream.getpeercert()["subject"])
            stream.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            return stream.recv(4096).split(b" ")[1], names["commonName"]


issue("first")
gateway = Gateway(store, "--tls-cert", str(CERT), "--tls-key", str(KEY))
assert gateway.url.startswith("https://"), gateway.url
assert ask() == (b"200", "first")
try:
    ask(ssl.TLSVersion.TLSv1_2)
    raise SystemExit("TLS 1.2 was accepted")
except ssl.SSLError:
    pass
with socket.create_connection(gateway.place, timeout=20) as plain:
    plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert b"200" not in plain.recv(4096), "plain HTTP was answered"
time.sleep(1.1)
issue("second")
assert ask() == (b"200", "second"), "the new certificate is used from the next connection on"
good = CERT.read_text()
time.sleep(1.1)
CERT.write_text("no certificate")
assert ask(trusted=good) == (b"200", "second"), "the last good certificate stays"
time.sleep(1.1)
issue("third")
KEY.chmod(0o644)
time.sleep(1.1)
assert ask(trusted=good) == (b"200", "second"), "a key that others can read is not used"
KEY.chmod(0o600)
issue("fourth")
time.sleep(1.1)
assert ask() == (b"200", "fourth")
log = gateway.stop()
assert sum("was read again" in line for line in log) == 2, log
assert sum("is not changed" in line for line in log) >= 2, log
print("TLS 1.3, four certificates, one key that others could read")
