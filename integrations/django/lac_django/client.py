"""The gateway's HTTP interface. It needs nothing but the standard library."""

import http.client
import json
import logging
import os
import re
import ssl
import stat
import time
import unicodedata
from urllib.parse import quote, urlsplit

from . import conf

logger = logging.getLogger("lac_django")

TIMEOUT = 2.0  # seconds for a whole call
MAX_ANSWER = 8 * 1024 * 1024
SYNC_TIMEOUT = 60.0
MAX_USER_AGENT = 256


class GatewayError(Exception):
    """The gateway refused, or gave no usable answer. Holds no secret."""

    def __init__(self, code, status=None, detail="", hint=""):
        super().__init__(code)
        self.code = code
        self.status = status
        self.detail = detail
        self.hint = hint

    @property
    def is_answer(self):
        """Whether the gateway looked at the request and said no."""
        # not_found is about the path: an older gateway, or another server.
        return (
            self.status is not None
            and self.status < 500
            and self.status not in (401, 403, 429)
            and self.code != "not_found"
        )

    @property
    def ends_session(self):
        """Whether nobody may stay signed in: the gateway said no, or does not know this storefront any more."""
        return self.is_answer or (self.status == 401 and self.code == "not_authenticated")

    @property
    def is_lost(self):
        """Whether the request may have been carried out all the same."""
        return self.code != "no_token" and (self.status is None or self.status >= 500)

    @property
    def is_permanent(self):
        """Whether the same request will get the same answer later."""
        return self.code == "too_many_actions" or (self.is_answer and self.status >= 400 and self.status != 408)


class TokenFileError(Exception):
    pass


class TokenFileMissing(TokenFileError):
    pass


def read_token(path):
    """Reads the storefront's token from a file that others cannot read.

    Raises TokenFileError. It is read for each call, so that a rotated token
    counts at once.
    """
    if not path:
        raise TokenFileError("LAC['TOKEN_FILE'] is not set")
    try:
        with open(path, encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            token = file.read(4096).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenFileMissing(f"{path} cannot be read: {error.__class__.__name__}") from None
    if mode & 0o027:
        raise TokenFileError(
            f"{path} has mode {mode:04o}: other accounts could read or change it; use 0600, or 0640 for the group"
        )
    if not re.fullmatch(r"lac_[\x21-\x7e]+", token):
        raise TokenFileError(f"{path} does not contain a token that begins with lac_")
    return token


class Gateway:
    """Calls the gateway as the storefront. Thread-safe: it keeps no connection."""

    def redeem(self, token, audience, client_ip=None, user_agent=None):
        """Spends a login token. Never retried: the first call may have succeeded."""
        body = {"token": token, "audience": audience, "client_ip": client_ip, "user_agent": _user_agent(user_agent)}
        return self._call("POST", "/v1/redeem", body)

    def check(self, session_id):
        """Asks whether a session is still valid, and once more if there is no answer."""
        path = f"/v1/sessions/{quote(session_id, safe='')}/check"
        try:
            return self._call("POST", path, {})
        except GatewayError as error:
            if error.is_answer:
                raise
            return self._call("POST", path, {})

    def end(self, session_id, cause):
        return self._call("POST", f"/v1/sessions/{quote(session_id, safe='')}/end", {"cause": cause})

    def report(self, session_id, actions):
        return self._call("POST", f"/v1/sessions/{quote(session_id, safe='')}/actions", {"actions": actions})

    def consent(self, customer):
        return self._call("GET", f"/v1/customers/{quote(customer, safe='')}/consent")

    def set_consent(self, customer, granted):
        return self._call("PUT", f"/v1/customers/{quote(customer, safe='')}/consent", {"granted": granted})

    def decide(self, customer, ask, decision):
        path = f"/v1/customers/{quote(customer, safe='')}/consent-asks/{quote(ask, safe='')}"
        return self._call("POST", path, {"decision": decision})

    def history(self, customer, after=None, limit=25):
        path = f"/v1/customers/{quote(customer, safe='')}/access-history?limit={limit}"
        if after:
            path += f"&after={quote(after, safe='')}"
        return self._call("GET", path)

    def sync(self, kind, rows, timeout=TIMEOUT):
        """Sends rows of ``customers`` or ``orders``."""
        return self._call("POST", f"/v1/sync/{kind}", rows, timeout)

    def _call(self, method, path, body=None, timeout=TIMEOUT):
        try:
            token = read_token(conf.get("TOKEN_FILE"))
        except TokenFileError as error:
            raise GatewayError("no_token", detail=str(error)) from None
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "User-Agent": "lac-django"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            status, content = _exchange(method, path, data, headers, timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise GatewayError("unreachable", detail=error.__class__.__name__) from None
        try:
            answer = json.loads(content)
            if not isinstance(answer, dict):
                raise ValueError
        except (ValueError, RecursionError):
            # What is not JSON comes from something in between, and decides nothing.
            raise GatewayError("bad_answer", status if status >= 500 else None) from None
        if status == 200:
            return answer
        raise GatewayError(
            str(answer.get("code") or "refused"), status, str(answer.get("detail") or ""), str(answer.get("hint") or "")
        )


def _user_agent(text):
    """A browser's name as lac takes it: no control characters, and not too long."""
    kept = "".join(c for c in text or "" if unicodedata.category(c) != "Cc")
    return kept[:MAX_USER_AGENT].strip() or None


def _exchange(method, path, data, headers, timeout):
    """One request on a connection of its own, within ``timeout`` seconds in all."""
    deadline = time.monotonic() + timeout
    base = urlsplit(conf.get("URL") or "")
    if base.scheme == "https":
        context = ssl.create_default_context(cafile=conf.get("CA_FILE"))
        connection = http.client.HTTPSConnection(base.hostname, base.port, timeout=timeout, context=context)
    elif base.scheme == "http" and conf.is_loopback(base.hostname):
        connection = http.client.HTTPConnection(base.hostname, base.port, timeout=timeout)
    else:
        raise ValueError("LAC['URL'] is neither https nor on loopback")
    try:
        connection.request(method, base.path.rstrip("/") + path, body=data, headers=headers)
        # A socket's time-out is per read, so it is shortened as time passes.
        _limit(connection.sock, deadline)
        response = connection.getresponse()
        parts, size = [], 0
        while True:
            if connection.sock is not None:
                _limit(connection.sock, deadline)
            part = response.read1(65536)
            if not part:
                break
            size += len(part)
            if size > MAX_ANSWER:
                raise ValueError("the answer is too long")
            if time.monotonic() > deadline:
                raise TimeoutError
            parts.append(part)
        return response.status, b"".join(parts)
    finally:
        connection.close()


def _limit(sock, deadline):
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)


gateway = Gateway()
