"""Accept login URLs of lac (Login as Customer) in a Django shop.

Code of the shop uses two functions:

- ``current()`` returns the impersonation of this request, or None.
- ``report(action, …)`` tells lac what was done on the customer's behalf.
"""

from .state import Impersonation, current

__all__ = ["Impersonation", "current", "report"]


def report(action, document=None, summary=None, key=None):
    """Records an act of this request's impersonation; does nothing without one.

    ``action`` is ``order_placed``, ``account_changed``, ``address_changed``,
    ``cart_changed`` or ``other``. ``document`` looks like ``order:100001``.
    ``summary`` has at most 500 characters. The row is written in the caller's
    transaction, so it exists exactly if the act does. Reports of one request
    with the same ``key`` are one report.

    Returns whether there is an impersonation.
    """
    from . import outbox

    return outbox.report(action, document=document, summary=summary, key=key)
