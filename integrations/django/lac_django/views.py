"""The landing, the way out, and the customer's own pages."""

import base64
import functools
import ipaddress
import json
import logging
import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render, resolve_url
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from . import banner, client, conf, extensions, outbox, sessions, sync
from .client import GatewayError
from .middleware import Secret
from .state import now

logger = logging.getLogger("lac_django")

MAX_FORM = 64 * 1024
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Refused(Exception):
    """A login that does not happen. ``code`` is for the log."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class CsrfCheck(CsrfViewMiddleware):
    """Says why a request is refused, instead of answering it."""

    def _reject(self, request, reason):
        return "csrf"


def protect(response):
    """Headers of pages whose address or form holds a login token."""
    # strict-origin: no-referrer makes Origin null, which CSRF checks refuse, and
    # same-origin would put the token into the Referer of this page's requests.
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "DENY"
    response["X-Robots-Tag"] = "noindex"
    return response


def check_form(request, site):
    """Refuses forms that do not come from this site. Raises Refused."""
    if request.headers.get("Origin") != site.origin:
        raise Refused("origin")
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FORM:
            raise Refused("body_too_large")
    except ValueError:
        raise Refused("usage") from None
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Refused("unsupported_media_type")
    check = CsrfCheck(lambda request: None)
    check.process_request(request)
    if check.process_view(request, _not_exempt, (), {}):
        raise Refused("csrf")


def _not_exempt(request):
    raise AssertionError("only its missing csrf_exempt is looked at")


@login_not_required
@csrf_exempt  # check_form does it, with the same error page as for all refusals
@sensitive_post_parameters()
@sensitive_variables()
def landing(request):
    """GET shows one button and spends nothing; POST redeems the token, once."""
    if request.method not in ("GET", "HEAD", "POST"):
        return protect(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
    try:
        if request.method == "POST":
            return protect(log_in(request))
        return protect(_landing_page(request))
    except Refused as refused:
        logger.warning("a login was refused: %s", refused.code)
    except Exception as error:  # an error page of Django would show the form
        logger.error("a login failed: %s at line %s", *_where(error))
    return protect(_error_page(request))


def _where(error):
    """Where an exception was raised; its message may hold what was sent."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    file = place.tb_frame.f_code.co_filename if place else "?"
    return type(error).__name__, f"{place.tb_lineno if place else '?'} of {file}"


def _landing_page(request):
    secret = getattr(request, "lac_secret", None) or Secret(request.GET.get("secret", ""))
    if not secret.value or len(secret.value) > 4096:
        raise Refused("usage")
    user = request.user
    context = {
        "secret": secret.value,
        "action": request.path,
        "site": conf.site_of(request),
        "signed_in": _shown(user) if user.is_authenticated else None,
    }
    return render(request, extensions.template("lac_django/landing.html"), context)


def _shown(user):
    return getattr(user, user.get_email_field_name(), "") or user.get_username()


def _error_page(request):
    """One page for all refusals, so that it tells nothing about the link."""
    return render(request, extensions.template("lac_django/error.html"), status=403)


@sensitive_variables()
def log_in(request):
    """Redeems the token of the form and opens the session. Raises Refused."""
    site = conf.site_of(request)
    check_form(request, site)
    secret = request.POST.get("secret", "")
    if not secret or len(secret) > 4096:
        raise Refused("usage")
    asked = now()
    try:
        answer = client.gateway.redeem(secret, site.origin, client_ip(request), request.headers.get("User-Agent"))
    except GatewayError as error:
        if error.hint:
            logger.info("lac says: %s", error.hint)
        if error.is_lost:
            # The session may be open, and nobody would be in it.
            outbox.end_unknown(session_id_in(secret))
        raise Refused(error.code) from None
    try:
        impersonation = sessions.read_answer(answer, site)
        user = sessions.open_session(request, impersonation, asked)
        response = HttpResponseRedirect(_destination(request, impersonation, user), status=303)
    except Exception as error:
        # lac has opened a session that nobody can use here.
        sessions.undo(request, answer.get("session_id"))
        if isinstance(answer.get("session_id"), str):
            outbox.end(answer["session_id"], "unusable")
        if isinstance(error, sessions.Unusable):
            logger.error("a redeemed session is unusable: %s", error)
            raise Refused("unusable") from None
        raise
    response["Clear-Site-Data"] = '"cache"'
    return response


@sensitive_variables()
def session_id_in(secret):
    """The session's id in a token (``jti``), or None. Nothing is verified."""
    try:
        payload = secret.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        name = claims["jti"]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return None
    return name if isinstance(name, str) and re.fullmatch(r"[0-9a-f]{32}", name) else None


def _destination(request, impersonation, user):
    """Where an agent lands. ``next`` is ignored: it would be an open redirect."""
    if impersonation.document:
        for extension in extensions.registered():
            address = extension.landing(request, impersonation.document, user)
            if address:
                return address
    landing_setting = conf.get("LANDING")
    if callable(landing_setting):
        return landing_setting(request, impersonation.document)
    if landing_setting and "." in landing_setting and "/" not in landing_setting:
        return import_string(landing_setting)(request, impersonation.document)
    if landing_setting:
        return resolve_url(landing_setting)
    for extension in extensions.registered():
        if extension.account():
            return extension.account()
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def client_ip(request):
    """The browser's address, as told by the number of proxies that are trusted."""
    address = request.META.get("REMOTE_ADDR", "")
    count = conf.get("TRUSTED_PROXY_COUNT")
    if count:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(hops) >= count:
            address = hops[-count]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


@login_not_required
@csrf_exempt
def end(request):
    """The banner's way out. It works without lac: the end is told later then."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        check_form(request, conf.site_of(request))
    except Refused as refused:
        logger.warning("a way out was refused: %s", refused.code)
        return protect(_error_page(request))
    impersonation = getattr(request, "lac", None)
    if impersonation is not None:
        request.lac = None
        sessions.close(request, impersonation, "left", tell="left")
    response = HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL or "/"), status=303)
    if impersonation is not None:
        banner.clear_browser_cache(response)
    return response


def own_page(view):
    """A page for the customer alone: closed to agents, frames and caches."""

    @functools.wraps(view)
    def wrapper(request):
        if getattr(request, "lac", None) is not None:
            return render(request, extensions.template("lac_django/denied.html"), {"reason": "protected"}, status=403)
        try:
            response = view(request)
        except GatewayError as error:
            logger.error("lac does not answer for a customer: %s %s", error.code, error.detail)
            response = render(request, extensions.template("lac_django/unavailable.html"), status=503)
        response["X-Frame-Options"] = "DENY"
        if not response.has_header("Content-Security-Policy"):
            response["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response

    return never_cache(login_required(wrapper))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def consent(request):
    """The customer's checkbox, and the question of an agent."""
    customer = str(request.user.pk)
    note = request.GET.get("saved", "") if request.method != "POST" else ""
    if request.method == "POST":
        try:
            check_form(request, conf.site_of(request))
        except Refused as refused:
            logger.warning("a choice about consent was refused: %s", refused.code)
            return render(request, extensions.template("lac_django/denied.html"), {"reason": "form"}, status=403)
        note = _save_consent(request, customer)
        if note in ("yes", "no", "allowed", "denied"):
            return HttpResponseRedirect(f"{request.path}?saved={note}", status=303)
    answer = sync.known(request.user, lambda: client.gateway.consent(customer))
    context = {
        "consent": _with_times(answer, "until", "changed_at"),
        "note": note,
        "page_title": gettext("Help with your account"),
    }
    if answer.get("ask"):
        context["ask"] = _with_times(answer["ask"], "asked_at", "expires_at")
    status = {"closed": 409, "limited": 429, "refused": 403}.get(note, 200)
    return render(request, extensions.template("lac_django/consent.html"), context, status=status)


def _save_consent(request, customer):
    """Passes on a choice; returns the word for what became of it."""
    try:
        if request.POST.get("ask"):
            decision = "allow" if request.POST.get("decision") == "allow" else "deny"
            answer = client.gateway.decide(customer, request.POST["ask"], decision)
            return "allowed" if answer.get("state") == "allowed" else "denied"
        granted = request.POST.get("granted", "").lower() in ("1", "true", "on", "yes")
        answer = sync.known(request.user, lambda: client.gateway.set_consent(customer, granted))
        return "yes" if answer.get("granted") else "no"
    except GatewayError as error:
        logger.warning("a choice about consent was not taken: %s", error.code)
        if error.code in ("ask_closed", "ask_not_found"):
            return "closed"
        if error.status == 429:
            return "limited"
        if error.status == 403:
            return "refused"
        raise


@require_http_methods(["GET", "HEAD"])
@own_page
def history(request):
    """When somebody was in the account, and what they did."""
    customer = str(request.user.pk)
    after = request.GET.get("after") or None
    try:
        answer = sync.known(request.user, lambda: client.gateway.history(customer, after))
    except GatewayError as error:
        if error.status != 400:
            raise
        answer = client.gateway.history(customer)  # a cursor that somebody made up
    visits = [_with_times(visit, "started_at", "ended_at") for visit in answer.get("visits", [])]
    for visit in visits:
        visit["actions"] = [_with_times(action, "at") for action in visit.get("actions") or []]
    context = {
        "visits": visits,
        "next": answer.get("next"),
        "first": after is None,
        "page_title": gettext("Visits to your account"),
    }
    return render(request, extensions.template("lac_django/history.html"), context)


def _with_times(values, *names):
    values = dict(values)
    for name in names:
        if values.get(name):
            values[name] = parse_datetime(values[name])
    return values


@functools.cache
def _style():
    return (Path(__file__).parent / "lac.css").read_bytes()


@login_not_required
@require_GET
def stylesheet(request):
    """From a view, so that banner and landing have it on every shop's own origin."""
    response = HttpResponse(_style(), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    response.lac_is_style = True  # the same for everybody
    return response
