"""Exports opened in spreadsheets: CSV with Python's csv module and LibreOffice, the workbook with LibreOffice; compared
cell by cell with the same events as JSON Lines. LibreOffice evaluates everything that looks like a formula."""

import csv
import json
import pathlib
import re
import subprocess
import sys

import openpyxl

from support import Store
from xlsx import FIELDS, NUMBER, OBJECTS, RUNS, check

# Separator, quotes, UTF-8, from line 1, columns, language, quoted as text, special numbers, …, evaluate formulas.
CAREFREE = "CSV:44,34,76,1,,0,false,true,false,false,false,0,true"
TEXT_COLUMNS = "/".join(f"{at}/2" for at in range(1, len(FIELDS) + 1))
AS_TEXT = f"CSV:44,34,76,1,{TEXT_COLUMNS},0,false,false,false,false,false,0,true"
TO_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"


def as_text(value):
    """The cell text of a JSON value."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)


def guarded(text):
    runs = (RUNS.match(text) or text.startswith(tuple("＝＋－＠"))) and not NUMBER.match(text)
    return "'" + text if runs else text


def expected(events, raw=False):
    return [[as_text(event[field]) if raw else guarded(as_text(event[field])) for field in FIELDS] for event in events]


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file, strict=True)
    assert head == FIELDS, head
    return rows


class Office:
    """Headless LibreOffice with its own profile."""

    def __init__(self, home):
        self.home = pathlib.Path(home)

    def convert(self, path, name, to, infilter=None):
        out = self.home / name
        more = [f"--infilter={infilter}"] if infilter else []
        done = subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{self.home}/office", "--headless", *more, "--convert-to", to,
             "--outdir", str(out), str(path)],
            capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        made = out / (pathlib.Path(path).stem + "." + to.split(":")[0])
        assert done.returncode == 0 and made.exists(), done
        return made

    def cells(self, path, name, infilter):
        sheet = openpyxl.load_workbook(self.convert(path, name, "xlsx", infilter)).worksheets[0]
        head, *rows = sheet.iter_rows()
        assert [cell.value for cell in head] == FIELDS
        return rows


def formulas(rows):
    return [cell.value for row in rows for cell in row if cell.data_type == "f"]


def is_kept(cell, text):
    """Whether a spreadsheet that guesses types kept a text unchanged, or as the equal number."""
    if text == "":
        return cell.value is None
    if cell.data_type == "n" and not cell.is_date:
        return float(cell.value) == float(text)
    if cell.data_type == "b":
        return text == "TRUE"
    if cell.is_date:  # it recognizes dates
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
    return cell.value == text


def compare(rows, wanted, same, what):
    assert len(rows) == len(wanted), f"{what}: {len(rows)} rows, not {len(wanted)}"
    for row, texts in zip(rows, wanted):
        for cell, text, field in zip(row, texts, FIELDS, strict=True):
            shown = getattr(cell, "value", cell)
            assert same(cell, text), f"{what}, event {texts[0]}, {field}: {shown!r}, not {text!r}"


def main():
    store = Store().eventful()
    files = {name: store.home / name for name in ["log.csv", "raw.csv", "log.xlsx", "log.jsonl"]}
    for name, path in files.items():
        # Without the events of the exports, so that all files have the same rows.
        store.ok("log", "export", str(path), "--not-action-group", "log", *(["--raw"] if name == "raw.csv" else []))
    with open(files["log.jsonl"], encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    texts, raw = expected(events), expected(events, raw=True)
    risky = sum(a != b for a, b in zip(sum(texts, []), sum(raw, [])))
    assert risky > 10, "nothing here would run"

    compare(read_csv(files["log.csv"]), texts, str.__eq__, "CSV")
    compare(read_csv(files["raw.csv"]), raw, str.__eq__, "raw CSV")

    office = Office(store.home)
    rows = office.cells(files["log.csv"], "carefree", CAREFREE)
    assert formulas(rows) == [], "a formula came to life"
    compare(rows, texts, is_kept, "CSV in LibreOffice")
    # The check can fail: unescaped formulas are evaluated.
    assert len(formulas(office.cells(files["raw.csv"], "raw", CAREFREE))) > 5, "LibreOffice runs no formula at all"
    rows = office.cells(files["log.csv"], "text", AS_TEXT)
    compare(rows, texts, lambda cell, text: (cell.value or "") == text, "CSV as text in LibreOffice")

    check(files["log.xlsx"], files["log.jsonl"])
    shown = read_csv(office.convert(files["log.xlsx"], "book", TO_CSV))
    time = FIELDS.index("time")
    for row in texts:  # a date-time, in UTC, to the millisecond
        row[time] = row[time][:-4].replace("T", " ")
    compare(shown, texts, str.__eq__, "the workbook in LibreOffice")
    print(f"sheets: {len(events)} events are the same in csv, LibreOffice and JSON; {risky} cells would have run")


if __name__ == "__main__":
    sys.exit(main())
