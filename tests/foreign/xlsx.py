"""A workbook of the log, read with openpyxl and compared with the same events as JSON Lines."""

import datetime
import json
import re
import sys

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from support import Store

FIELDS = ("seq time action_group action full_action_name result admin admin_id role ip_address os_account customer_id "
          "customer_email website store_view session_id consent document reason ticket details").split()
MAX_UNITS = 32767
NUMBERS = {"seq", "admin_id"}
OBJECTS = {"consent", "details"}
# Text that a spreadsheet takes for a formula, and plain numbers.
RUNS = re.compile(r"[\t\r\n]|[\s\x00-\x1f]*[=+\-@]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")


def units(text):
    return len(text.encode("utf-16-le")) // 2


def is_time(cell, text):
    """Whether the cell is a date-time in UTC, truncated to milliseconds."""
    told = datetime.datetime.strptime(text[:-4] + "Z", "%Y-%m-%dT%H:%M:%S.%fZ")
    return cell.is_date and cell.value == told and cell.number_format == "yyyy-mm-dd hh:mm:ss.000"


def is_text(cell, text, raw):
    if cell.data_type not in ("s", "inlineStr"):
        return False
    # Inline strings are returned as stored in the file.
    shown = unescape(cell.value)
    must_be_guarded = not raw and RUNS.match(text) and not NUMBER.match(text)
    return any(is_cut(shown, wanted) if units(wanted) > MAX_UNITS else shown == wanted
               for wanted in ([] if must_be_guarded else [text]) + ([] if raw else ["'" + text]))


def is_cut(shown, whole):
    return units(shown) in (MAX_UNITS - 1, MAX_UNITS) and shown[-1] == "…" and whole.startswith(shown[:-1])


def is_same(cell, field, value, raw):
    if cell.data_type == "f" or cell.hyperlink:
        return False
    if value is None or value == "":
        return cell.value is None
    if field == "time":
        return is_time(cell, value)
    if field in NUMBERS:
        return cell.data_type == "n" and cell.value == value
    if field in OBJECTS:
        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return is_text(cell, value, raw)


def check(xlsx, jsonl, raw=False):
    """Compares every cell; returns the number of rows. The JSON Lines may contain later events."""
    with open(jsonl, encoding="utf-8") as lines:
        events = {event["seq"]: event for event in map(json.loads, lines)}
    seen = []
    for sheet in openpyxl.load_workbook(xlsx).worksheets:
        header, *rows = sheet.iter_rows()
        assert [cell.value for cell in header] == FIELDS, header
        assert all(cell.font.bold for cell in header), "the header is not bold"
        assert sheet.freeze_panes == "A2", sheet.freeze_panes
        assert sheet.auto_filter.ref == f"A1:{get_column_letter(len(FIELDS))}{sheet.max_row}", sheet.auto_filter.ref
        for row in rows:
            event = events[row[0].value]
            for field, cell in zip(FIELDS, row, strict=True):
                assert is_same(cell, field, event[field], raw), (
                    f"{sheet.title}!{cell.coordinate} ({field}): {cell.value!r}, but {event[field]!r}")
            seen.append(event["seq"])
    assert sorted(seen) == [seq for seq in sorted(events) if seq <= max(seen)], "events are missing or there twice"
    return len(seen)


def main():
    store = Store().ready()
    store.json("login", "jane@example.com", "--ticket", "#4711", "--reason", "=HYPERLINK(\"https://evil.example\")")
    for foreign in ["=1+1", "-1", "+49 170", "@SUM(A1)", "_x000D_ _x003D_", "https://evil.example/", "Zoë ☹ 😀",
                    "<b>&amp;", " a ", "x" * 5000]:
        store.run("login", f"{foreign}@example.com", "--reason", foreign)
        store.run("role", "create", foreign)
    for raw in [[], ["--raw"]]:
        xlsx, jsonl = store.home / "log.xlsx", store.home / "log.jsonl"
        store.ok("log", "export", str(xlsx), *raw)
        store.ok("log", "export", str(jsonl))
        rows = check(xlsx, jsonl, raw=bool(raw))
    print(f"xlsx: openpyxl {openpyxl.__version__} reads {rows} events as they are in JSON lines")


if __name__ == "__main__":
    if len(sys.argv) > 1:  # an existing workbook and its JSON Lines
        print(check(*sys.argv[1:3], raw="--raw" in sys.argv[3:]), "rows agree")
    else:
        main()
