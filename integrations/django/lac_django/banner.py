"""The banner: on every HTML page of an agent's session."""

import re

from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe

_END_OF_BODY = re.compile(rb"</body\s*>", re.IGNORECASE)


def render(request, impersonation):
    """The banner's HTML. Rendering it tells the middleware not to add another."""
    request._lac_banner = True
    # Without the shop's context processors, which have run for the page already.
    context = {
        "lac": impersonation,
        "csrf_token": get_token(request),
        "nonce": getattr(request, "csp_nonce", None),
    }
    return mark_safe(render_to_string("lac_django/banner.html", context).strip())


def add(request, response, impersonation):
    """Adds the banner to a whole HTML page. Other responses stay as they are."""
    if getattr(request, "_lac_banner", False) or not _is_page(response):
        return
    content = response.content
    ends = list(_END_OF_BODY.finditer(content))
    if not ends:
        return  # a fragment, for a page that has its banner
    at = ends[-1].start()
    banner = render(request, impersonation).encode(response.charset, "xmlcharrefreplace")
    response.content = content[:at] + banner + content[at:]
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))


def _is_page(response):
    if response.streaming or response.has_header("Content-Encoding"):
        return False
    if response.get("Content-Disposition", "").lower().startswith("attachment"):
        return False
    if 300 <= response.status_code < 400 or response.status_code in (204, 205):
        return False
    kind = response.get("Content-Type", "").split(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml")


def forbid_shared_caches(response, no_store):
    """Nothing of an agent's session belongs into a cache that others read."""
    no_store = no_store or "no-store" in response.get("Cache-Control", "")
    response["Cache-Control"] = "private, no-store" if no_store else "private, no-cache"
    for header in ("ETag", "Last-Modified", "Expires"):
        if response.has_header(header):
            del response[header]
    patch_vary_headers(response, ("Cookie",))


def clear_browser_cache(response):
    """After the end, the back button must not show the customer's pages."""
    response["Clear-Site-Data"] = '"cache"'
    forbid_shared_caches(response, no_store=True)
