"""Exports, proofs and archives, verified with only the Python code of docs/proofs.md."""

import csv
import io
import json
import pathlib
import re
import subprocess
import sys

from cryptography.exceptions import InvalidSignature

from support import Store

PAGE = pathlib.Path("docs/proofs.md").read_text()
page = {}
exec("\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)), page)  # the page's own functions


def block(title):
    return re.search(re.escape(title) + r"\n\n```\w+\n(.*?)```", PAGE, re.DOTALL).group(1)


def lines_of(path):
    plain = subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True).stdout.decode()
    assert plain.endswith("\n")
    return plain[:-1].split("\n")  # texts may contain other line ends


def refused(function, *arguments):
    try:
        function(*arguments)
    except (AssertionError, IndexError, InvalidSignature, ValueError):
        return
    sys.exit(f"{function.__name__} took what was changed")


# The worked example, using only the page.
key = block("The log's public key:").strip()
proof = block("`zd-4711.csv.proof`, decompressed:").strip().split("\n")
(first, leaf, shopper, _), (second, _, erased, _) = page["check"](proof, key)
assert (first["seq"], second["seq"], erased) == (2, 3, None) and shopper["reason"] == "Zoë cannot pay"
leaves = [line.split(" ") for line in block("All five leaves:").strip().split("\n")]
leaves = [(int(seq), page["base64"].b64decode(leaf)) for seq, leaf in leaves]
assert leaves[1][1] == leaf
note = block("Its newest checkpoint:")
assert page["checkpoint"](note, key) == (5, page["root"](leaves, [], 5))
shown = page["manifest"](block("`zd-4711.csv.manifest.json`:"), key)
assert shown["sha256"] == page["hashlib"].sha256(block("`zd-4711.csv`:").encode()).hexdigest()

# Changed data must not verify.
refused(page["check"], [proof[0], proof[1].replace("anna", "anne"), proof[2]], key)
refused(page["check"], [proof[0].replace('"events":2', '"events":1'), proof[1]], key)
refused(page["check"], [proof[0], proof[2], proof[1]], key)
refused(page["checkpoint"], note.replace("\n5\n", "\n4\n"), key)
refused(page["manifest"], block("`zd-4711.csv.manifest.json`:").replace('"rows": 2', '"rows": 1'), key)

# A new store with more than 256 leaves, an erasure and archives.
store = Store().ready()
for turn in range(300):
    store.ok("config", "set", "login_as_customer/general/enabled", "no" if turn % 2 == 0 else "yes")
store.ok("login", "jane@example.com", "--ticket", "ZD-4711", "--reason", "Zoë, \"cannot\"\npay ☹")
store.ok("login", "john@example.com", "--ticket", "ZD-4712", "--reason", "=1+1")
key = store.ok("key", "verifier").strip()
for strength in ["sparse", "range"]:
    path = store.home / f"{strength}.csv"
    store.ok("log", "export", str(path), "--ticket", "ZD-4711,ZD-4712", "--action", "issue", "--proof", strength)
    manifest = page["manifest"]((store.home / f"{path.name}.manifest.json").read_text(), key)
    events = page["check"](lines_of(store.home / f"{path.name}.proof"), key)
    assert manifest["filter"] == {"action": {"any": ["issue"]}, "ticket": {"any": ["ZD-4711", "ZD-4712"]}}
    fitting = [event for event in events if event[0]["action"] == "issue" and event[0]["ticket"]]
    assert len(events) > 300 if strength == "range" else events == fitting
    assert all(parts[2] is not None for parts in fitting)
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert len(rows) == manifest["rows"] == len(fitting) == 2
    for row, (record, _, shopper, staff) in zip(rows, fitting):
        assert row["seq"] == str(record["seq"]) and row["time"] == record["time"]
        assert row["reason"].removeprefix("'") == shopper["reason"] and row["os_account"] == staff["os_account"]
    held = page["hashlib"].sha256(path.read_bytes()).hexdigest()
    assert held == manifest["sha256"] and manifest["proof"]["strength"] == strength

later = "2100-01-01T00:00:00.000000Z"
store.ok("log", "archive", LAC_TEST_CLOCK=later)
store.ok("customer", "remove", "1", "--yes")
store.ok("log", "erase", "--customer", "1", "--yes")
archives = sorted((store.home / "store" / "archive").glob("log-*.jsonl.zst"))
seqs, erasures = [], 0
for archive in archives:
    events = page["check"](lines_of(archive), key)
    seqs += [record["seq"] for record, *_ in events]
    gone = [record for record, _, shopper, _ in events if shopper is None]
    erasures += len(gone)
    data = archive.read_bytes()
    word = lambda at: int.from_bytes(data[at:at + 4], "little")
    assert word(len(data) - 4) == 0x8F92EAB1 and data[-5] == 0
    count = word(len(data) - 9)
    table = len(data) - 9 - 8 * count
    assert word(table - 8) == 0x184D2A5E and word(table - 4) == 8 * count + 9
    assert sum(word(table + 8 * at) for at in range(count)) == table - 8
    assert count == 1 + -(-len(events) // 512)
assert seqs == list(range(1, len(seqs) + 1)) and len(seqs) > 300 and erasures > 0

print(f"proofs: the page's example, two exports and {len(archives)} archives of {len(seqs)} events agree")
