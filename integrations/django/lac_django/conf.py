"""The ``LAC`` setting, with its defaults and its rules of form."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

DEFAULTS = {
    "URL": None,
    "TOKEN_FILE": None,
    "ORIGIN": None,
    "WEBSITE": None,
    "SITE": None,
    "IS_CUSTOMER": None,
    "TRUSTED_PROXY_COUNT": 0,
    "CA_FILE": None,
    "STALE_AFTER": 30,
    "CHECK_EVERY": 2,
    "LANDING": None,
    "FORBIDDEN_VIEWS": (),
    "SYNC_CUSTOMER": None,
    "STORE_VIEW": None,
}
DOTTED_PATHS = ("SITE", "IS_CUSTOMER", "SYNC_CUSTOMER")

# The contract between lac and its kits sets these limits: an agent's session
# must end within 5 seconds, and within 30 when the gateway cannot be reached.
MAX_CHECK_EVERY = 2
MAX_STALE_AFTER = 30


@dataclass(frozen=True)
class Site:
    """One website of the shop: its origin, and its code in lac."""

    origin: str
    website: str


def get(name):
    return getattr(settings, "LAC", {}).get(name, DEFAULTS[name])


def site_of(request):
    """The website that a request belongs to, never taken from ``Host`` alone."""
    path = get("SITE")
    if path is None:
        return Site(get("ORIGIN"), get("WEBSITE"))
    site = import_string(path)(request)
    if not isinstance(site, Site):
        site = Site(*site)
    problem = origin_problem(site.origin)
    if problem:
        raise ImproperlyConfigured(f"LAC['SITE'] returned {site.origin!r}: {problem}")
    return site


def is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def origin_problem(origin):
    """Why a string is not an origin that can be used here, or None."""
    if not isinstance(origin, str):
        return "it is not a string"
    parts = urlsplit(origin)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "it does not look like https://shop.example"
    if origin != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        return "it has more than scheme, host and port (no slash at the end)"
    if origin != origin.lower():
        return "it must be in lower case, as browsers send it"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "plain http is for loopback only"
    return None
