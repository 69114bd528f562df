"""Directly after ``AuthenticationMiddleware``: it decides whose request this is."""

import logging
import uuid

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.views.debug import SafeExceptionReporterFilter

from . import banner, client, conf, extensions, guard, outbox, sessions
from .client import GatewayError
from .state import SESSION_KEY, active, kit_writes, now

logger = logging.getLogger("lac_django")

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
LANDING = "loginascustomer/login/index"


class ImpersonationMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request):
        if iscoroutinefunction(self):
            return self.__acall__(request)
        hide_secret(request)
        impersonation = begin(request)
        if impersonation is not None and must_ask(impersonation):
            impersonation = settle(request, impersonation, ask(impersonation))
        with active(impersonation):
            response = refuse(request, impersonation) or self.get_response(request)
            return finish(request, response, impersonation)

    async def __acall__(self, request):
        hide_secret(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            request.lac = None
            return await self.get_response(request)
        impersonation = await sync_to_async(begin)(request)
        if impersonation is not None and must_ask(impersonation):
            # The call must not hold up the thread that all requests' queries share.
            answer = await sync_to_async(ask, thread_sensitive=False)(impersonation)
            impersonation = await sync_to_async(settle)(request, impersonation, answer)
        with active(impersonation):
            response = await sync_to_async(refuse)(request, impersonation)
            if response is None:
                response = await self.get_response(request)
            return await sync_to_async(finish)(request, response, impersonation)

    def process_view(self, request, view, args, kwargs):
        impersonation = getattr(request, "lac", None)
        if impersonation is None:
            return None
        if is_forbidden(request, view):
            return denied(request, "protected")
        for extension in extensions.registered():
            extension.prepare(request, impersonation)
        return None

    def process_exception(self, request, exception):
        if isinstance(exception, guard.ReadOnlySession):
            return denied(request, "read_only")
        if isinstance(exception, guard.ProtectedAccount):
            return denied(request, "protected")
        return None


def hide_secret(request):
    """Moves the login token to where neither error pages nor logs look for it."""
    if LANDING not in request.path_info:
        return
    request.exception_reporter_filter = ReportNothing()
    if request.META.get("QUERY_STRING"):
        request.lac_secret = Secret(request.GET.get("secret", ""))
        request.META["QUERY_STRING"] = ""
        request.GET = QueryDict()
        if hasattr(request, "scope"):
            request.scope["query_string"] = b""
    for name, value in list(request.META.items()):
        # Servers have names of their own for it: RAW_URI, REQUEST_URI …
        if isinstance(value, str) and f"{LANDING}?" in value:
            request.META[name] = value.partition("?")[0]


class ReportNothing(SafeExceptionReporterFilter):
    """Error pages and mails about the landing show neither form nor variables."""

    def is_active(self, request):
        return True

    def get_post_parameters(self, request):
        return {}

    def get_traceback_frame_variables(self, request, tb_frame):
        return []


class Secret:
    """A string that prints as nothing."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return "<secret>"


def begin(request):
    """Whose session this is: the impersonation if it still holds by itself."""
    request.lac = None
    if sessions.has_broken_state(request):
        request.session.flush()
        return None
    impersonation = sessions.load(request)
    if impersonation is None:
        return None
    impersonation.request_id = uuid.uuid4().hex
    if impersonation.ends_at <= now():
        sessions.close(request, impersonation, "expired")
        return None
    user = request.user
    if not user.is_authenticated or request.session.get(USER_KEY) != impersonation.customer:
        # The account is gone or inactive, or its password was changed.
        sessions.close(request, impersonation, "unusable", tell="unusable")
        return None
    if not sessions.is_customer(user):
        sessions.close(request, impersonation, "unusable", tell="unusable")
        return None
    request.lac = impersonation
    return impersonation


def must_ask(impersonation):
    return now() - impersonation.asked >= conf.get("CHECK_EVERY")


def ask(impersonation):
    """lac's answer, a GatewayError, with the time at which it was asked."""
    asked = now()
    try:
        return asked, client.gateway.check(impersonation.session_id)
    except GatewayError as error:
        return asked, error


def settle(request, impersonation, answered):
    """Goes on with a session that lac calls active. All other sessions end."""
    asked, answer = answered
    impersonation.asked = asked
    if isinstance(answer, GatewayError):
        logger.warning("session %s was not checked: %s", impersonation.session_id, answer.code)
        if answer.ends_session:
            # Without a token that counts lac cannot be told yet: the row waits for one.
            tell = "unusable" if answer.status == 401 else None
            return _close(request, impersonation, answer.code, tell)
        if now() - impersonation.good > conf.get("STALE_AFTER"):
            return _close(request, impersonation, "unreachable", tell="unusable")
    elif answer.get("state") != "active":
        return _close(request, impersonation, str(answer.get("end_cause") or answer.get("state") or "ended"))
    else:
        impersonation.good = asked
        if answer.get("read_only") is not None:
            impersonation.read_only = answer["read_only"] is not False
        impersonation.ends_at = min(impersonation.ends_at, sessions.timestamp(answer.get("ends_at"), impersonation.ends_at))
    if not sessions.remember(request, impersonation):
        return _close(request, impersonation, "signed_out")
    return impersonation


def _close(request, impersonation, cause, tell=None):
    request.lac = None
    sessions.close(request, impersonation, cause, tell)
    return None


def refuse(request, impersonation):
    """The answer to what must not reach the shop, or None."""
    if impersonation is None:
        if getattr(request, "lac_ended", False) and request.method not in SAFE_METHODS and not _is_own(request):
            # What the agent sent was meant for the customer's account.
            return denied(request, "over")
        return None
    if impersonation.read_only and request.method not in SAFE_METHODS and not _is_own(request):
        return denied(request, "read_only")
    for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
        # "Not modified" would show a page that the browser kept, without banner.
        request.META.pop(name, None)
    for extension in extensions.registered():
        extension.begin(request, impersonation)
    return None


def _view_name(request):
    try:
        return resolve(request.path_info, getattr(request, "urlconf", None)).view_name
    except Resolver404:
        return None


def _is_own(request):
    """The way out, and the landing of another login, which is one too."""
    return _view_name(request) in ("lac_django:end", "lac_django:landing")


# Django's own pages around passwords; shops give them other names.
FORBIDDEN_CLASSES = (
    "PasswordChangeView",
    "PasswordChangeDoneView",
    "PasswordResetView",
    "PasswordResetConfirmView",
)
FORBIDDEN_NAMES = ("lac_django:consent", "lac_django:history")


def is_forbidden(request, view):
    """Pages for the customer alone: consent, password, e-mail address, deletion."""
    view_class = getattr(view, "view_class", None)
    if view_class is not None and any(base.__name__ in FORBIDDEN_CLASSES for base in view_class.__mro__):
        return True
    names = set(FORBIDDEN_NAMES) | set(conf.get("FORBIDDEN_VIEWS"))
    for extension in extensions.registered():
        names |= set(extension.forbidden_views)
    return request.resolver_match is not None and request.resolver_match.view_name in names


def denied(request, reason):
    # Without the shop's context processors: they may need middleware that has not run.
    content = render_to_string(extensions.template("lac_django/denied.html"), {"reason": reason, "request": request})
    return HttpResponse(content, status=403)


def finish(request, response, impersonation):
    """Banner and headers; and notices when the shop has signed the agent out."""
    if impersonation is not None and not getattr(request, "lac_ended", False):
        if _is_signed_out(request, impersonation):
            request.lac = None
            request.lac_ended = True
            sessions.ended(request, impersonation, "signed_out", tell="signed_out")
    if getattr(request, "lac_ended", False):
        banner.clear_browser_cache(response)
    elif impersonation is not None and not getattr(response, "lac_is_style", False):
        with kit_writes():
            banner.add(request, response, impersonation)
        banner.forbid_shared_caches(response, impersonation.disable_page_cache)
        if response.streaming:
            keep_active(response, impersonation)
        # What is due: this request's reports, and others that lac has not taken yet.
        outbox.flush()
    return response


def _is_signed_out(request, impersonation):
    stored = request.session.get(SESSION_KEY)
    return (
        not isinstance(stored, dict)
        or stored.get("session_id") != impersonation.session_id
        or request.session.get(USER_KEY) != impersonation.customer
    )


def keep_active(response, impersonation):
    """A stream runs after the request, so it takes the session's limits along."""
    content = response.streaming_content
    if getattr(response, "is_async", False):
        response.streaming_content = _astream(content, impersonation)
    else:
        response.streaming_content = _stream(content, impersonation)


def _stream(content, impersonation):
    parts = iter(content)
    while True:
        with active(impersonation):
            part = next(parts, None)
        if part is None:
            return
        yield part


async def _astream(content, impersonation):
    parts = aiter(content)
    while True:
        with active(impersonation):
            part = await anext(parts, None)
        if part is None:
            return
        yield part
