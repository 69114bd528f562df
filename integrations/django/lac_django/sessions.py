"""Opens and ends agents' sessions in the shop's own session."""

import logging
from datetime import datetime, timezone

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY as USER_KEY,
    get_user_model,
    load_backend,
)
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import ValidationError
from django.middleware.csrf import rotate_token
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string

from . import conf, extensions, outbox, signals
from .state import SESSION_KEY, Impersonation, kit_writes, now

logger = logging.getLogger("lac_django")


class Unusable(Exception):
    """A redeemed session that this shop cannot open."""


def load(request):
    """The impersonation of the browser's session, or None."""
    # Without a cookie there is nothing to read, and pages stay cacheable.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if SESSION_KEY not in request.session:
        return None
    return Impersonation.from_session(request.session[SESSION_KEY])


def has_broken_state(request):
    """Whether the session holds an impersonation that cannot be read."""
    return (
        settings.SESSION_COOKIE_NAME in request.COOKIES
        and SESSION_KEY in request.session
        and Impersonation.from_session(request.session[SESSION_KEY]) is None
    )


def is_customer(user):
    """Whether an account may be opened: never one of the shop's staff."""
    if getattr(user, "is_staff", False) or getattr(user, "is_superuser", False):
        return False
    if any(extension.is_staff(user) for extension in extensions.registered()):
        return False
    path = conf.get("IS_CUSTOMER")
    return import_string(path)(user) if path else True


def find_customer(customer_id):
    """The account with this primary key and the backend that knows it.

    Raises Unusable.
    """
    text = str(customer_id)
    if not (text.isascii() and text.isdigit()) or text.startswith("0"):
        raise Unusable("the customer's id is not a whole number above 0")
    pk = get_user_model()._meta.pk
    try:
        key = pk.to_python(text)
    except (ValidationError, ValueError, OverflowError):
        raise Unusable("the customer's id is not a primary key") from None
    for path in settings.AUTHENTICATION_BACKENDS:
        backend = load_backend(path)
        try:
            user = backend.get_user(key)
        except OverflowError:
            user = None
        if user is None:
            continue
        if not user.is_active:
            raise Unusable("the account is not active")
        if not is_customer(user):
            raise Unusable("the account is not a customer's")
        return user, path
    raise Unusable("there is no such account, or it is not active")


def read_answer(answer, site):
    """What redeem answered, as an impersonation. Raises Unusable."""
    try:
        customer = answer["customer"]
        ends_at = parse_datetime(answer["ends_at"])
        impersonation = Impersonation(
            session_id=str(answer["session_id"]),
            customer=str(customer["id"]),
            customer_name=str(customer.get("name") or ""),
            customer_email=str(customer.get("email") or ""),
            website=str(answer["website"]),
            website_name=str(answer.get("website_name") or answer["website"]),
            store_view=str(answer.get("store_view") or ""),
            admin=str(answer["admin"]),
            admin_full_name=str(answer.get("admin_full_name") or ""),
            ends_at=ends_at.timestamp(),
            # Only a clear no lifts these.
            read_only=answer.get("read_only") is not False,
            disable_page_cache=answer.get("disable_page_cache") is not False,
            document=answer.get("document"),
            ticket=answer.get("ticket"),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Unusable("the answer is incomplete") from None
    if impersonation.website != site.website:
        raise Unusable(f"the login is for website {impersonation.website}, not {site.website}")
    if impersonation.ends_at <= now():
        raise Unusable("the session has ended already")
    return impersonation


def timestamp(text, default):
    """An RFC 3339 time in seconds since 1970."""
    try:
        return parse_datetime(text).timestamp()
    except (TypeError, ValueError, AttributeError):
        return default


def open_session(request, impersonation, asked):
    """Replaces the browser's session by one of the customer's.

    ``login()`` is not used: it would change ``last_login``, send
    ``user_logged_in`` and keep what the session holds. Raises Unusable.
    """
    user, backend = find_customer(impersonation.customer)
    impersonation.good = impersonation.asked = asked
    discard(request)
    session = request.session
    session[USER_KEY] = user._meta.pk.value_to_string(user)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SESSION_KEY] = impersonation.stored()
    session.set_expiry(datetime.fromtimestamp(impersonation.ends_at, timezone.utc))
    for extension in extensions.registered():
        extension.begin(request, impersonation)
    rotate_token(request)
    user.backend = backend
    _set_user(request, user)
    signals.impersonation_started.send(
        sender=Impersonation, request=request, user=user, impersonation=impersonation
    )
    return user


def undo(request, session_id):
    """Closes what ``open_session`` has opened, if it got that far."""
    stored = request.session.get(SESSION_KEY)
    if isinstance(stored, dict) and stored.get("session_id") == session_id:
        request.session.flush()
        _set_user(request, AnonymousUser())


def discard(request):
    """Ends whoever is signed in, an earlier agent too."""
    previous = load(request)
    request.session.flush()
    _set_user(request, AnonymousUser())
    if previous is not None:
        request.lac_ended = True
        ended(request, previous, "signed_out", tell="signed_out")


def close(request, impersonation, cause, tell=None):
    """Ends an agent's session in the browser; the request goes on as a guest's."""
    with kit_writes():
        request.session.flush()
    _set_user(request, AnonymousUser())
    request.lac_ended = True
    ended(request, impersonation, cause, tell)


def ended(request, impersonation, cause, tell=None):
    logger.info("session %s ended: %s", impersonation.session_id, cause)
    if tell:
        outbox.end(impersonation.session_id, tell)
    signals.impersonation_ended.send(
        sender=Impersonation, request=request, impersonation=impersonation, cause=cause
    )


def remember(request, impersonation):
    """Stores a check's result at once, so that it overwrites no later change."""
    session = request.session
    values = impersonation.stored()
    if session.session_key is None or settings.SESSION_ENGINE.endswith("signed_cookies"):
        session[SESSION_KEY] = values
        return True
    fresh = type(session)(session.session_key)
    if SESSION_KEY not in fresh:
        return False
    fresh[SESSION_KEY] = values
    with kit_writes():
        try:
            fresh.save()
        except UpdateError:
            return False
    was_modified = session.modified
    session[SESSION_KEY] = values
    session.modified = was_modified
    return True


def _set_user(request, user):
    request.user = user
    request._cached_user = user
    request._acached_user = user

    async def auser():
        return user

    request.auser = auser
