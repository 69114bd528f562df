"""A store, its gateway, the example shop under `php -S`, and a browser: real processes, standard library only."""

import atexit
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

HERE = pathlib.Path(__file__).resolve().parent
BINARY = str(pathlib.Path(os.environ.get("LAC_BINARY", "target/debug/lac")).resolve())
WEBSITES = [
    {"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0},
    {"id": 1, "code": "base", "name": "Main <Website>", "default_group_id": 1},
]
GROUPS = [
    {"id": 0, "website_id": 0, "root_category_id": 0, "default_store_id": 0, "name": "Default", "code": "default"},
    {"id": 1, "website_id": 1, "root_category_id": 2, "default_store_id": 1, "name": "Main", "code": "main"},
]
VIEWS = [
    {"id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1},
    {"id": 1, "code": "default", "name": "Default View", "website_id": 1, "store_group_id": 1, "is_active": 1},
]
# 4 is staff of the shop, 5 is unknown to it, 6 is unknown to the gateway. 2 has no name.
CUSTOMERS = {1: ("jane@example.com", "Jane", "Doe"), 2: ("john@example.com", "", ""),
             3: ("eve@example.com", "<script>alert(1)</script>", ""), 4: ("sam@example.com", "Sam", "Staff"),
             5: ("gone@example.com", "Gone", "Away")}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process):
    for _ in range(200):
        if process.poll() is not None:
            raise AssertionError(f"{process.args} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nobody answers on port {port}")


class Process:
    """A process in the background, with its output in a file."""

    def __init__(self, home, name, arguments, port, env):
        self.log = home / f"{name}.log"
        self.port = port
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env=env, start_new_session=True)
        atexit.register(self.stop)
        wait_for(port, self.process)

    def stop(self):
        if self.process.poll() is None:
            # Its own process group: `php -S` has workers.
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)


class World:
    """A store with customers who allow support, a storefront's account, the gateway and the shop."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="lac-php-"))
        atexit.register(shutil.rmtree, self.home, ignore_errors=True)
        self.env = {"HOME": str(self.home), "LAC_STORE": str(self.home / "store"), "PATH": os.environ["PATH"],
                    "TERM": "xterm", "LANG": "C.UTF-8"}
        self.shop_port, self.gateway_port = free_port(), free_port()
        self.origin = f"http://127.0.0.1:{self.shop_port}"
        self.lac("init", "--admin", "anna", "--name", "shop.example")
        items = [{"id": at, "group_id": 1, "email": email, "firstname": first, "lastname": last, "store_id": 1,
                  "website_id": 1, "created_at": "2026-01-01 00:00:00", "updated_at": "2026-01-01 00:00:00",
                  "extension_attributes": {"assistance_allowed": 2}, "custom_attributes": []}
                 for at, (email, first, last) in CUSTOMERS.items()]
        orders = [{"entity_id": 1, "increment_id": "000000001", "store_id": 1, "customer_id": 1, "customer_is_guest": 0,
                   "customer_email": "jane@example.com", "created_at": "2026-01-02 00:00:00", "status": "pending"}]
        page = lambda rows: {"items": rows, "search_criteria": {}, "total_count": len(rows)}
        for kind, data in [("websites", WEBSITES), ("store-groups", GROUPS), ("store-views", VIEWS),
                           ("customers", page(items)), ("orders", page(orders))]:
            self.lac("import", kind, "-", stdin=json.dumps(data))
        self.lac("config", "set", "login_as_customer/general/enabled", "yes")
        self.lac("config", "set", "web/secure/base_url", f"{self.origin}/")
        token = self.lac("storefront", "add", "shop", "--website", "base", "--consent", "--sync")["token"]
        self.token_file = self.home / "token"
        self.token_file.write_text(token)
        self.token_file.chmod(0o600)
        self.token = token
        self.gateway = None

    def lac(self, *arguments, stdin="", check=True, **env):
        done = subprocess.run([BINARY, *arguments, "-o", "json"], input=stdin, text=True, capture_output=True,
                              env={**self.env, **env}, timeout=60)
        assert not check or done.returncode == 0, f"lac {arguments}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done

    def start_gateway(self):
        self.gateway = self.serve(port=self.gateway_port)

    def serve(self, *arguments, port=None):
        port = port or free_port()
        return Process(self.home, f"gateway-{port}", [BINARY, "serve", "--listen", f"127.0.0.1:{port}", *arguments], port, self.env)

    def start_shop(self, port=None, gateway=None, **env):
        port = port or self.shop_port
        settings = {**self.env, "SHOP_DB": str(self.home / f"shop-{self.shop_port}.sqlite"),
                    "LAC_URL": f"http://127.0.0.1:{gateway or self.gateway_port}",
                    "LAC_TOKEN_FILE": str(self.token_file), "SHOP_ORIGIN": self.origin,
                    "LAC_STALE_AFTER": "4", "PHP_CLI_SERVER_WORKERS": "6", **env}
        self.shop_env = settings
        sessions = self.home / f"sessions-{port}"
        sessions.mkdir(mode=0o700)
        arguments = ["php", "-d", f"session.save_path={sessions}", "-d", "log_errors=1", "-d", "display_errors=0",
                     "-S", f"127.0.0.1:{port}", str(HERE / "router.php")]
        return Process(self.home, f"shop-{port}", arguments, port, settings)

    def send_reports(self):
        """What cron runs: sends what waits, however long it would still have waited."""
        with sqlite3.connect(self.shop_env["SHOP_DB"]) as database:
            database.execute("UPDATE lac_report SET next_try_at = 0")
        kit = HERE.parent
        done = subprocess.run(["php", str(kit / "bin/lac-send-reports"), str(kit / "example/shop/reports.php")], env=self.shop_env,
                              text=True, capture_output=True, timeout=30)
        return done.returncode

    def login(self, *arguments):
        """A login URL's secret, and the session's id."""
        login = self.lac("login", *arguments)
        [secret] = parse_qs(urlsplit(login["url"]).query)["secret"]
        return secret, login["session_id"]

    def state(self, session):
        return self.lac("session", "show", session)

    def events(self, session, action=None):
        rows = [json.loads(line) for line in subprocess.run(
            [BINARY, "log", "list", "-o", "jsonl", "--limit", "500"], text=True, capture_output=True, env=self.env, check=True,
        ).stdout.splitlines()]
        return [row for row in rows if row["session_id"] == session and action in (None, row["action"])]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    def field(self, name):
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        assert found, f"no field {name} in {self.body}"
        return found[1]

    @property
    def has_banner(self):
        return '<div id="lac-banner"' in self.body

    def __repr__(self):
        return f"{self.status} {self.headers}\n{self.body[:2000]}"


class Browser:
    """Keeps cookies, and sends Origin and Sec-Fetch-Site as browsers do."""

    def __init__(self, origin):
        self.origin, self.cookies = origin, {}

    def send(self, method, path, fields=None, headers=None, body=None):
        host = urlsplit(self.origin)
        connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
        sent = {"User-Agent": "Test/1.0", "Accept": "text/html"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method not in ("GET", "HEAD"):
            sent |= {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        if fields is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields)
        sent |= headers or {}
        connection.request(method, path, body, {name: value for name, value in sent.items() if value is not None})
        answer = connection.getresponse()
        raw = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, cookie = value.split(";")[0].partition("=")
                self.cookies[key] = cookie
                if "max-age=0" in value.lower():
                    del self.cookies[key]
        connection.close()
        return Answer(answer.status, answer.getheaders(), raw.decode("utf-8", "replace"))

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, fields, **more):
        return self.send("POST", path, fields, **more)

    def land(self, secret):
        """Opens the login URL and presses its button."""
        page = self.get(landing(secret))
        if page.status != 200:
            return page
        return self.post(LANDING, {"secret": page.field("secret"), "csrf": page.field("csrf")})


LANDING = "/loginascustomer/login/index"


def landing(secret):
    return f"{LANDING}?{urlencode({'secret': secret})}"


class Fake:
    """A gateway that misbehaves: answers as it is told, and counts."""

    def __init__(self, jwks):
        self.answers, self.calls, self.jwks = {}, [], jwks
        self.port = free_port()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                what = self.path.rsplit("/", 1)[-1]
                session = self.path.split("/")[-2]
                fake.calls.append((what, body))
                if what == "jwks.json":
                    status, answer, delay = 200, fake.jwks, 0
                else:
                    status, answer, delay = fake.answers.get((what, session)) or fake.answers.get(
                        what, (404, {"code": "not_found"}, 0))
                time.sleep(delay)
                raw = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(raw)))
                    self.end_headers()
                    self.wfile.write(raw)
                except OSError:
                    pass

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def count(self, what):
        return sum(1 for name, _ in self.calls if name == what)
