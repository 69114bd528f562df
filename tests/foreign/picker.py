"""Somebody at a terminal logs in: asks, picks, confirms; and changes their mind."""

import re
import unicodedata

from support import Store
from terminal import Terminal

store = Store().ready()
lac = store.binary
DOWN, ENTER, ESCAPE, INTERRUPT = "\x1b[B", "\r", "\x1b", "\x03"


def sessions():
    """Without what time alone changes."""
    moving = ("age_seconds", "left_seconds")
    return [{k: v for k, v in one.items() if k not in moving} for one in store.json("session", "list")]


# Search, pick, confirm: the URL comes out, with the customer named before.
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

# No means no, and nothing is made.
terminal = Terminal([lac, "login", "jane@example.com"], store.env, store.home)
terminal.expect("Your open session as customer")
terminal.expect("Start the session?")
terminal.type("n")
terminal.expect("Nothing was changed.")
assert terminal.end() == 0
assert sessions() == [session], "a login that was declined has left something"

# Escape is a no too, whatever comes after it.
terminal = Terminal([lac, "login", "jane@example.com"], store.env, store.home)
terminal.expect("Start the session?")
terminal.type(ESCAPE)
terminal.quiet(0.5)
terminal.type(ENTER)
assert terminal.end() == 0
assert sessions() == [session], "a login that was left has left something"

# An interrupt at any prompt ends the program as a shell expects, on a line of its own, with the
# cursor shown again and no error; a prompt both raises the signal and fails, so try it often.
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

# What is missing is asked for; --no-input does not ask, on a terminal either.
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

# A login that takes a second person offers to ask for one; a no is no error, as everywhere.
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

# Every command that takes a customer lets one pick.
terminal = Terminal([lac, "customer", "show"], store.env, store.home)
terminal.expect("Customer")
terminal.type("jane" + ENTER)
terminal.expect("Which one")
terminal.type(ENTER)
terminal.expect("jane@example.com")
assert terminal.end() == 0

# However narrow the terminal: no line of the list is broken, or dialoguer would
# take back too few of them, repeat rows and leave the mark beside another one.
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
    terminal.expect("Which one")
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
    assert f"Which one: {picked} " in shown, shown
    assert terminal.end() == 0

# Tables: what says which row it is stays whole; a table as wide as the terminal, or lines.
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

# The choice of store views begins at the customer's own: Enter alone leads there.
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

# What reaches far is confirmed by whoever sits here; a no is no error.
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

# In a pipe nobody is asked, and the error names the flag.
piped = store.run("login")
assert piped.returncode == 2 and "--order" in piped.stderr, piped

print("picker: asked, picked, confirmed, declined and interrupted")
