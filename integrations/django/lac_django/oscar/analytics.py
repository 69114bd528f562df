"""An agent who looks around is not the customer: Oscar's figures leave them out."""

from importlib import import_module

from django.apps import apps
from oscar.apps.basket.signals import basket_addition
from oscar.apps.catalogue.signals import product_viewed
from oscar.apps.search.signals import user_search

from lac_django import current

RECEIVERS = (
    (product_viewed, "receive_product_view"),
    (user_search, "receive_product_search"),
    (basket_addition, "receive_basket_addition"),
)


def leave_agents_out():
    if not apps.is_installed("oscar.apps.analytics"):
        return
    receivers = import_module("oscar.apps.analytics.receivers")
    for signal, name in RECEIVERS:
        receive = getattr(receivers, name, None)
        if receive is not None and signal.disconnect(receive):
            signal.connect(_for_customers(receive), weak=False, dispatch_uid=f"lac_{name}")


def _for_customers(receive):
    def wrapper(sender, **kwargs):
        if current() is None:
            receive(sender, **kwargs)

    return wrapper
