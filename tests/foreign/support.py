"""A store of one's own for the foreign suites, made with the command line alone."""

import atexit
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

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
# The third address would run something if a shell ever took it for code.
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
