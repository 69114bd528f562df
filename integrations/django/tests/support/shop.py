"""A shop of the examples in a process of its own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .gateway import free_port, stop, wait_for

HERE = Path(__file__).resolve().parents[2]
MANAGE = HERE / "example" / "manage.py"


class Shop:
    def __init__(self, settings="shop.settings", port=None):
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.data = Path(tempfile.mkdtemp(prefix="lac-shop-"))
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE / "example")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
            "SHOP_DATA": str(self.data),
            "SHOP_ORIGIN": self.origin,
            "SHOP_PORT": str(self.port),
            "SHOP_TESTING": "1",
        }
        self.process = None

    def connect(self, lac):
        self.environment |= {"SHOP_LAC_URL": lac.url, "SHOP_LAC_TOKEN_FILE": lac.token_file}

    def manage(self, *arguments):
        done = subprocess.run(
            [sys.executable, str(MANAGE), *arguments], env=self.environment, capture_output=True, text=True, timeout=300
        )
        if done.returncode != 0:
            raise AssertionError(f"manage.py {' '.join(arguments)}: {done.stderr[-3000:]}")
        return done.stdout

    def start(self):
        self.log = open(self.data / "shop.log", "w")
        self.process = subprocess.Popen(
            [sys.executable, str(MANAGE), "runserver", "--noreload", f"127.0.0.1:{self.port}"],
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        wait_for(self.origin + "/loginascustomer/lac.css", self.process, 60)
        return self

    def stop(self):
        stop(self.process)

    def log_text(self):
        return (self.data / "shop.log").read_text()
