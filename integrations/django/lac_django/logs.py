"""Keeps login tokens out of the access logs of Python's servers.

A reverse proxy in front writes its own log: see the README.
"""

import logging
import re

ACCESS_LOGS = ("django.server", "gunicorn.access", "uvicorn.access", "daphne.access", "hypercorn.access")

_SECRET = re.compile(r"(loginascustomer/login/index\?)[^\s\"']*|(\bsecret=)[^\s\"'&]+")


def clean(value):
    if isinstance(value, str):
        return _SECRET.sub(lambda found: (found[1] or found[2]) + "…", value)
    if isinstance(value, bytes):
        return clean(value.decode("latin-1")).encode("utf-8")
    return value


class HideSecrets(logging.Filter):
    def filter(self, record):
        record.msg = clean(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(clean(value) for value in record.args)
        elif isinstance(record.args, dict):
            for name, value in list(record.args.items()):
                record.args[name] = clean(value)
        return True


def install():
    hide = HideSecrets()
    for name in ACCESS_LOGS:
        logging.getLogger(name).addFilter(hide)
