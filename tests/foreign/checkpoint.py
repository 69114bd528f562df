"""The log's proof recomputed from docs/audit-log.md: RFC 6962 root, commitments, C2SP signed note."""

import base64
import hashlib
import json
import re
import sqlite3
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from support import Store


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root(leaves):
    """RFC 6962, section 2.1, as written there."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01", root(leaves[:split]), root(leaves[split:]))


def b64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def open_note(note, name, public):
    """The signed text, if a signature with this name and key verifies."""
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    key_id = sha256(name.encode(), b"\n", b"\x01", public)[:4]
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        assert dash == "—", line
        raw = base64.b64decode(encoded, validate=True)
        if signer == name and raw[:4] == key_id:
            Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
            return text
    raise AssertionError("nobody known signed it")


def events(database):
    rows = sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute(
        "SELECT seq, record, shopper, shopper_salt, staff, staff_salt FROM audit_event ORDER BY seq")
    return rows.fetchall()


store = Store().ready()
for turn in range(300):  # across the boundary of a stored run of 256 leaves
    store.ok("config", "set", "login_as_customer/general/enabled", "no" if turn % 2 == 0 else "yes")
store.json("login", "jane@example.com", "--ticket", "ZD-4711", "--reason", "Zoë cannot pay ☹")
store.run("login", "nobody@example.com")  # a failure is an event, too

directory = store.home / "store"
# The file is a list of notes with an empty line between them; the last counts.
note = re.findall(r"(?:[^\n—].*\n)+\n(?:— .*\n)+", (directory / "checkpoint").read_text())[-1]
public, = (bytes(row[0]) for row in sqlite3.connect(directory / "lac.db").execute(
    "SELECT public_key FROM signing_key WHERE purpose = 'audit' AND state = 'active'"))
origin, size, stated = open_note(note, "shop.example", public).splitlines()
rows = events(directory / "lac.db")
assert origin == "shop.example" and int(size) == len(rows) > 300, (origin, size, len(rows))

for at, (seq, record, shopper, shopper_salt, staff, staff_salt) in enumerate(rows, start=1):
    read = json.loads(record)
    assert seq == at == read["seq"]
    assert record == json.dumps(read, separators=(",", ":"), ensure_ascii=False), "the record is not compact"
    for name, text, salt in [("shopper", shopper, shopper_salt), ("staff", staff, staff_salt)]:
        assert len(salt) == 32
        assert read[name] == b64url(sha256(b"\x02", salt, text.encode())), f"event {seq}, {name}"

leaves = [sha256(b"\x00", row[1].encode()) for row in rows]
assert base64.b64encode(root(leaves)).decode() == stated, "the root is another"

# A changed record has another root; a changed note has no valid signature.
leaves[7] = sha256(b"\x00", rows[7][1].replace("success", "failure").encode())
assert base64.b64encode(root(leaves)).decode() != stated
try:
    open_note(note.replace(f"\n{size}\n", f"\n{int(size) - 1}\n"), "shop.example", public)
    sys.exit("a changed checkpoint verified")
except InvalidSignature:
    pass

print(f"checkpoint: root, commitments and signature of {size} events agree")
