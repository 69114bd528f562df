"""Rows of customers and orders for lac."""

from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string

from . import client, conf, extensions, sessions
from .client import GatewayError
from .models import DeletedCustomer

MAX_ROWS = 10_000  # of a request
MAX_BYTES = 4 * 1024 * 1024
MAX_TEXT = 255  # Django's own names have 150 each


def known(user, call):
    """Runs a call about a customer; if lac does not know them yet, tells it first."""
    try:
        return call()
    except GatewayError as error:
        if error.code != "customer_not_found":
            raise
    client.gateway.sync("customers", [customer_row(user)])
    return call()


def customer_row(user):
    """A customer as lac knows them: nothing but what a login needs."""
    row = {
        "id": str(user.pk),
        "email": getattr(user, user.get_email_field_name(), "") or "",
        "name": user.get_full_name() or "",
        "website": conf.get("WEBSITE"),
        "active": user.is_active,
        "confirmed": True,
    }
    if conf.get("STORE_VIEW"):
        row["store_view"] = conf.get("STORE_VIEW")
    if conf.get("SYNC_CUSTOMER"):
        row.update(import_string(conf.get("SYNC_CUSTOMER"))(user))
    row["name"] = str(row["name"] or "")[:MAX_TEXT]
    return row


def customers():
    """Rows of all customers, those of the staff left out, and of deleted ones."""
    for deleted in DeletedCustomer.objects.iterator():
        yield {"id": deleted.customer, "deleted": True}
    users = get_user_model()._default_manager.order_by("pk")
    for user in users.iterator(chunk_size=1000):
        if not sessions.is_customer(user):
            continue
        row = customer_row(user)
        if row["email"] and row["website"]:
            yield row


def orders():
    for extension in extensions.registered():
        yield from extension.orders()
