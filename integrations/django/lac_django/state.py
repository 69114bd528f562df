"""What is known about an agent's session: kept in the shop's own session."""

import contextlib
import time
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, fields

SESSION_KEY = "_lac"

_current = ContextVar("lac_impersonation", default=None)
_kit_writes = ContextVar("lac_kit_writes", default=False)


@dataclass
class Impersonation:
    session_id: str
    customer: str  # the primary key, as text
    customer_name: str
    customer_email: str
    website: str
    website_name: str
    store_view: str
    admin: str
    admin_full_name: str
    ends_at: float  # seconds since 1970
    read_only: bool
    disable_page_cache: bool
    document: str | None = None
    ticket: str | None = None
    good: float = 0.0  # when the last question with a good answer was asked
    asked: float = 0.0  # when the last question was asked
    # Not stored: belongs to one request.
    request_id: str = field(default="", compare=False)

    @property
    def who(self):
        """The customer's name, or the e-mail address of customers without one."""
        return self.customer_name.strip() or self.customer_email

    @property
    def agent(self):
        return self.admin_full_name.strip() or self.admin

    def stored(self):
        values = asdict(self)
        del values["request_id"]
        return values

    @classmethod
    def from_session(cls, values):
        """Reads what ``stored`` wrote, also by another release of this kit."""
        if not isinstance(values, dict):
            return None
        known = {f.name for f in fields(cls)}
        try:
            return cls(**{name: value for name, value in values.items() if name in known})
        except TypeError:
            return None


def current():
    """The impersonation that the running request belongs to, or None."""
    return _current.get()


@contextlib.contextmanager
def active(impersonation):
    token = _current.set(impersonation)
    try:
        yield impersonation
    finally:
        _current.reset(token)


@contextlib.contextmanager
def kit_writes():
    """Database writes of the kit itself, which read-only sessions allow."""
    token = _kit_writes.set(True)
    try:
        yield
    finally:
        _kit_writes.reset(token)


def is_kit_writing():
    return _kit_writes.get()


def now():
    return time.time()
