"""Tells lac what was done: rows of the act's own transaction, sent after commit."""

import logging
import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from . import client
from .client import GatewayError
from .clock import timestamp
from .state import current, kit_writes

logger = logging.getLogger("lac_django")

ACTIONS = ("order_placed", "account_changed", "address_changed", "cart_changed", "other")
AT_ONCE = 100  # actions of one request
MAX_DELAY = 300
MAX_UNKNOWN = 1000


def report(action, document=None, summary=None, key=None):
    """See ``lac_django.report``."""
    from .models import Outgoing

    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not one of {', '.join(ACTIONS)}")
    impersonation = current()
    if impersonation is None:
        return False
    when = timezone.now()
    values = {
        "session_id": impersonation.session_id,
        "kind": Outgoing.Kind.ACTION,
        "what": action,
        "document": document or "",
        "summary": (summary or "")[:500],
        "at": when,
        "next_try": when,
    }
    # Rows that roll back with their transaction can be written again, because
    # nothing but the table remembers the key.
    name = f"{impersonation.request_id}.{key}" if key else uuid.uuid4().hex
    with kit_writes():
        try:
            with transaction.atomic():
                Outgoing.objects.get_or_create(id=name[:64], defaults=values)
        except IntegrityError:
            pass  # written by another thread of this request
    # The middleware sends it when the response is ready, so after the commit.
    return True


def end(session_id, cause):
    """Ends a session at lac, now or, if lac cannot be reached, later."""
    from .models import Outgoing

    when = timezone.now()
    with kit_writes():
        Outgoing.objects.get_or_create(
            id=f"end.{session_id}"[:64],
            defaults={
                "session_id": session_id,
                "kind": Outgoing.Kind.END,
                "what": cause,
                "at": when,
                "next_try": when,
            },
        )
    transaction.on_commit(lambda: flush(session_id, everything=True))


def end_unknown(session_id):
    """Ends a session that may have been redeemed, as soon as lac answers again."""
    from .models import Outgoing

    # Anybody can send tokens while lac is away; what they name is not verified.
    if session_id and Outgoing.objects.filter(kind=Outgoing.Kind.END, failed="").count() < MAX_UNKNOWN:
        end(session_id, "unusable")


def flush(session_id=None, everything=False):
    """Sends what is due, of one session or of all. Returns how many are left."""
    from .models import Outgoing

    rows = Outgoing.objects.filter(failed="")
    if session_id is not None:
        rows = rows.filter(session_id=session_id)
    if not everything:
        rows = rows.filter(next_try__lte=timezone.now())
    with kit_writes():
        for session in list(rows.order_by("session_id").values_list("session_id", flat=True).distinct()):
            if not _send_session(session, rows.filter(session_id=session)):
                break  # the gateway gives no answer: others would wait for it too
    return rows.count()


def _send_session(session_id, rows):
    """Sends the actions of a session, then its end. False if lac does not answer."""
    from .models import Outgoing

    actions = list(rows.filter(kind=Outgoing.Kind.ACTION).order_by("at", "id"))
    for start in range(0, len(actions), AT_ONCE):
        if not _send_actions(session_id, actions[start : start + AT_ONCE]):
            return False
    for row in rows.filter(kind=Outgoing.Kind.END):
        if not _send([row], lambda row=row: client.gateway.end(session_id, row.what)):
            return False
    return True


def _send_actions(session_id, rows):
    def call():
        return client.gateway.report(session_id, [_action(row) for row in rows])

    if len(rows) == 1:
        return _send(rows, call)
    try:
        call()
    except GatewayError as error:
        if not error.is_permanent:
            _later(rows, error)
            return False
        # lac records all or none, so the rows go one by one.
        return all([_send_actions(session_id, [row]) for row in rows])
    _done(rows)
    return True


def _action(row):
    action = {"id": row.id, "action": row.what, "at": timestamp(row.at)}
    if row.document:
        action["document"] = row.document
    if row.summary:
        action["summary"] = row.summary
    return action


def _send(rows, call):
    try:
        call()
    except GatewayError as error:
        if not error.is_permanent:
            _later(rows, error)
            return False
        if error.code == "session_not_found" and rows[0].kind == "end":
            _done(rows)  # it was never redeemed here
            return True
        logger.error("lac refused %s: %s", rows[0], error.code)
        _rows(rows).update(failed=error.code[:64])
        return True
    _done(rows)
    return True


def _rows(rows):
    from .models import Outgoing

    # A query, not the objects: another process may have sent them meanwhile.
    return Outgoing.objects.filter(id__in=[row.id for row in rows])


def _done(rows):
    _rows(rows).delete()


def _later(rows, error):
    logger.warning("lac was not told about session %s yet: %s", rows[0].session_id, error.code)
    tries = max(row.tries for row in rows) + 1
    _rows(rows).update(tries=tries, next_try=timezone.now() + timedelta(seconds=min(2**tries, MAX_DELAY)))
