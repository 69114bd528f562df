"""Two websites of one Django process, told apart by host."""

import os

from django.core.exceptions import DisallowedHost

from lac_django.conf import Site

PORT = os.environ.get("SHOP_PORT", "8001")
SITES = {
    "127.0.0.1": Site(f"http://127.0.0.1:{PORT}", "books_de"),
    "localhost": Site(f"http://localhost:{PORT}", "books_fr"),
}


def site_of(request):
    # A table of the shop's own: what the browser says only chooses a row.
    host = request.get_host().rpartition(":")[0] or request.get_host()
    try:
        return SITES[host]
    except KeyError:
        raise DisallowedHost(host) from None


def is_customer(user):
    return not user.is_supplier


def sync_customer(user):
    return {"website": user.website, "name": user.shown_name}
