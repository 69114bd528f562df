"""A gateway that fails on request, for what a real one does not do when asked.

What a working gateway does is tested with a real one, in tests/gateway.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SESSION = "a3f1" * 8


def iso(seconds_from_now):
    when = time.gmtime(time.time() + seconds_from_now)
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", when)


class Stub:
    """Answers are taken from ``script`` (a list for each path) or ``answers``."""

    def __init__(self):
        self.calls = []
        self.script = {}
        self.sessions = {}
        self.next_redeem = {}
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or "null")
                stub.calls.append((self.command, self.path, body, dict(self.headers)))
                try:
                    status, answer = stub.answer(self.command, self.path, body)
                except ConnectionError:
                    self.close_connection = True
                    return
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:
                    pass

            do_GET = do_POST = do_PUT = handle_any

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def reset(self):
        self.calls.clear()
        self.script.clear()
        self.sessions.clear()
        self.next_redeem.clear()

    def paths(self, method=None):
        return [path for verb, path, _, _ in self.calls if method in (None, verb)]

    def bodies(self, ending):
        return [body for _, path, body, _ in self.calls if path.endswith(ending)]

    def answer(self, method, path, body):
        for ending, answers in self.script.items():
            if path.split("?")[0].endswith(ending) and answers:
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if callable(answer):
                    answer = answer(body)
                if answer is not None:
                    return answer
        if path == "/v1/redeem":
            return self.redeem(body)
        _, _, kind, name, *rest = path.split("?")[0].split("/")
        if kind == "sessions" and rest == ["check"]:
            return 200, self.sessions.get(name) or problem(404, "session_not_found")[1]
        if kind == "sessions" and rest == ["end"]:
            known = self.sessions.get(name, {}).get("state") == "active"
            self.sessions[name] = {"state": "ended", "end_cause": body["cause"], "ends_at": iso(600), "read_only": False}
            return 200, {"session_id": name, "state": "ended", "end_cause": body["cause"], "changed": known}
        if kind == "sessions" and rest == ["actions"]:
            return 200, {"recorded": len(body["actions"]), "known": 0}
        return problem(404, "not_found")

    def redeem(self, body):
        answer = {
            "session_id": SESSION,
            "customer": {"id": "1", "email": "ada@example.com", "name": "Ada Byron", "website": "books_de"},
            "website": "books_de",
            "website_name": "Book Room Berlin",
            "store_view": "default",
            "admin": "anna",
            "admin_full_name": "Anna Agent",
            "document": None,
            "ticket": "ZD-1",
            "disable_page_cache": True,
            "read_only": False,
            "ends_at": iso(3600),
            "idle_timeout": None,
        }
        answer.update(self.next_redeem)
        self.sessions[answer["session_id"]] = {
            "state": "active",
            "ends_at": answer["ends_at"],
            "read_only": answer["read_only"],
            "end_cause": None,
        }
        return 200, answer


def problem(status, code):
    return status, {"type": "about:blank", "title": code, "status": status, "code": code, "detail": code, "hint": "do"}


def hang(seconds):
    """An answer that comes too late."""

    def answer(body):
        time.sleep(seconds)
        raise ConnectionError

    return answer
