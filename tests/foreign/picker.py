"""Prompts at a terminal: searching and picking a customer, confirming, cancelling."""

import re
import unicodedata

from support import Store
from terminal import Terminal

store = Store().ready()
lac = store.binary
DOWN, ENTER, ESCAPE, INTERRUPT = "\x1b[B", "\r", "\x1b", "\x03"


def sessions():
    """The sessions without the fields that change with time."""
    moving = ("age_seconds", "left_seconds")
    return [{k: v for k, v in one.items() if k not in moving} for one in store.json("session", "list")]


# Search, pick, confirm: the customer is named, then the URL is printed.
terminal = Terminal([lac, "login"], store.env, store.home)
terminal.expect("Customer")
terminal.type("example.com" + ENTER)
terminal.expect("Log in as")
terminal.expect("john@example.com")
terminal.quiet(0.5)
terminal.type(DOWN + ENTER)
terminal.expect("real account")
terminal.expect("Start the session?")
terminal.type("y")
terminal.quiet(0.5)
terminal.expect("https://shop.example/loginascustomer/login/index?secret=")
assert terminal.end() == 0
[session] = sessions()
assert session["state"] == "issued", session

# No cancels, and nothing is created.
terminal = Terminal([lac, "login", "jane@example.com"], store.env, store.home)
terminal.expect("Your open session as customer")
terminal.expect("Start the session?")
terminal.type("n")
terminal.expect("Nothing was changed.")
assert terminal.end() == 0
assert sessions() == [session], "a login that was declined has left something"

# Escape also cancels, whatever follows it.
terminal = Terminal([lac, "login", "jane@example.com"], store.env, store.home)
terminal.expect("Start the session?")
terminal.type(ESCAPE)
terminal.quiet(0.5)
terminal.type(ENTER)
assert terminal.end() == 0
assert sessions() == [session], "a login that was left has left something"

# An interrupt at any prompt ends the program as a shell expects: on its own line, with a visible cursor
# and without an error. A prompt both raises the signal and fails, so the test repeats it often.
for args, wanted in [
    (["login"], "Customer"),
    (["customer", "show"], "Customer"),
    (["login", "jane@example.com"], "Start the session?"),
    (["customer", "remove", "john@example.com"], "remove customer"),
] * 4:
    terminal = Terminal([lac, *args], store.env, store.home)
    terminal.expect(wanted)
    terminal.quiet(0.2)
    terminal.seen = ""
    terminal.type(INTERRUPT)
    code = terminal.end()
    said = terminal.text()
    assert code == 130 and "error" not in said and "hint" not in said, (args, code, said)
    assert said.endswith("\n") and "\x1b[?25h" in terminal.seen, (args, terminal.seen)
assert sessions() == [session]

# Missing values are prompted for; --no-input turns prompts off at a terminal, too.
store.ok("config", "set", "lac/reason/required", "yes")
terminal = Terminal([lac, "login", "jane@example.com", "--no-input"], store.env, store.home)
terminal.expect("--reason")
assert terminal.end() == 5
terminal = Terminal([lac, "login", "jane@example.com"], store.env, store.home)
terminal.expect("Reason")
terminal.type("cannot pay" + ENTER)
terminal.expect("Start the session?")
terminal.type("y")
assert terminal.end() == 0

# A login that needs approval offers to request it; answering no is not an error, as in all prompts.
store.ok("customer", "edit", "jane@example.com", "--vip", "yes")
for answer, outcome in [("n", "Nothing was changed."), ("y", "lac request approve")]:
    terminal = Terminal([lac, "login", "jane@example.com", "--reason", "cannot pay"], store.env, store.home)
    terminal.expect("A second person must approve this login")
    terminal.type(answer)
    said = terminal.expect(outcome)
    assert "error" not in said and "hint" not in said, said
    assert terminal.end() == 0
[request] = store.json("request", "list")
assert (request["state"], request["causes"]) == ("pending", ["vip"]), request
store.ok("customer", "edit", "jane@example.com", "--vip", "no")

# Every command that takes a customer offers the picker.
terminal = Terminal([lac, "customer", "show"], store.env, store.home)
terminal.expect("Customer")
terminal.type("jane" + ENTER)
terminal.expect("Which customer")
terminal.type(ENTER)
terminal.expect("jane@example.com")
assert terminal.end() == 0

# No line of the list wraps, however narrow the terminal is. Otherwise dialoguer would erase too few lines,
# repeat rows and leave the mark at another one.
def width(text):
    wide = lambda c: 0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
    return sum(map(wide, text))


LONG = "x" * 200 + "@many.example"
KANJI = "空" * 20 + "@many.example"
for number, address in enumerate([LONG, "y" + LONG[1:], KANJI, "short@many.example"]):
    store.ok("customer", "add", "--email", address, "--first-name", "空" * 30, "--last-name", "Many",
             "--website", "base")
for columns in (60, 80, 120):
    terminal = Terminal([lac, "customer", "show"], store.env, store.home, columns)
    terminal.expect("Customer")
    terminal.quiet(0.3)
    terminal.seen = ""
    terminal.type("many.example" + ENTER)
    terminal.expect("Which customer")
    first = terminal.quiet(0.5)
    terminal.type(DOWN)
    second = terminal.quiet(0.5)[len(first):]
    for drawn in (first, second):
        rows = [line for line in drawn.split("\n") if "local:" in line]
        assert len(rows) == 4, drawn
        for row in rows:
            assert width(row) < columns, (columns, width(row), row)
        ids = [re.search(r"local:\d+", row).group() for row in rows]
        assert len(set(ids)) == 4, rows
    marked = [row for row in second.split("\n") if row.startswith(("❯", ">"))]
    assert len(marked) == 1, second
    picked = re.search(r"local:\d+", marked[0]).group()
    terminal.type(ENTER)
    shown = terminal.quiet(0.5)
    assert f"Which customer: {picked} " in shown, shown
    assert terminal.end() == 0

# Tables: identifying columns are never cut; a table fits the terminal, or is shown as lines.
for columns in (60, 80, 120):
    terminal = Terminal([lac, "customer", "list"], store.env, store.home, columns)
    while terminal.read(0.5):
        pass
    shown = terminal.text()
    assert terminal.end() == 0
    for address in (LONG, KANJI, "john@example.com"):
        assert address in shown, (columns, address, shown)
    terminal = Terminal([lac, "customer", "list", "--search", "john@"], store.env, store.home, columns)
    while terminal.read(0.5):
        pass
    shown = terminal.text()
    assert terminal.end() == 0
    assert "john@example.com" in shown and "┆" in shown, shown
    assert all(width(line) <= columns for line in shown.split("\n")), (columns, shown)

# The customer's own store view is preselected: Enter accepts it.
store.ok("config", "set", "lac/reason/required", "no")
store.ok("config", "set", "login_as_customer/general/store_view_manual_choice_enabled", "yes")
store.ok("stores", "add-view", "second", "--group", "main", "--name", "Second View")
store.ok("customer", "edit", "john@example.com", "--store-view", "second")
for address, view in [("jane@example.com", "default"), ("john@example.com", "second")]:
    terminal = Terminal([lac, "login", address], store.env, store.home)
    terminal.expect("Store view")
    terminal.expect("Second View")
    terminal.quiet(0.5)
    terminal.type(ENTER)
    terminal.expect("Start the session?")
    terminal.type("y")
    assert terminal.end() == 0
    assert sessions()[0]["store_view"] == view, sessions()[0]

# Far-reaching changes need a confirmation at a terminal; answering no is not an error.
store.ok("role", "create", "Support")
store.ok("role", "allow", "Support", "login_button")


def access():
    return store.json("role", "show", "Support")["access"]


for args, wanted in [
    (["role", "access", "Support", "all"], "access to everything"),
    (["config", "set", "lac/consent/mode", "opt-out"], "opt-out"),
    (["role", "delete", "Support"], "delete role Support"),
]:
    before = store.json("log", "list")
    terminal = Terminal([lac, *args], store.env, store.home)
    terminal.expect(wanted)
    terminal.type("n")
    said = terminal.expect("Nothing was changed.")
    assert "error" not in said and "hint" not in said, said
    assert terminal.end() == 0
    assert store.json("log", "list") == before, args
terminal = Terminal([lac, "role", "access", "Support", "all"], store.env, store.home)
terminal.expect("nobody has it")
terminal.type("y")
assert terminal.end() == 0
assert access() == "all"
terminal = Terminal([lac, "role", "access", "Support", "custom"], store.env, store.home)
terminal.expect("Magento_LoginAsCustomer::login_button")
terminal.type("n")
assert terminal.end() == 0
assert access() == "all"
terminal = Terminal([lac, "role", "access", "Support", "custom", "--yes"], store.env, store.home)
assert terminal.end() == 0
assert access() == "custom"

# Without a terminal there is no prompt, and the error names the flag.
piped = store.run("login")
assert piped.returncode == 2 and "--order" in piped.stderr, piped

print("picker: asked, picked, confirmed, declined and interrupted")
