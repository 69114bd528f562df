"""``manage.py check`` says what is missing or misplaced."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Error, Warning, register
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from . import conf
from .client import TokenFileError, TokenFileMissing, read_token

MIDDLEWARE = "lac_django.middleware.ImpersonationMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
LANDING = "loginascustomer/login/index"


def _error(number, message, hint=None):
    return Error(message, hint=hint, id=f"lac.E{number:03}")


def _warning(number, message, hint=None):
    return Warning(message, hint=hint, id=f"lac.W{number:03}")


@register("lac")
def check_settings(app_configs=None, **kwargs):
    lac = getattr(settings, "LAC", None)
    if not isinstance(lac, dict):
        return [_error(1, "The setting LAC is missing.", "It is a dictionary: see the README of lac-django.")]
    found = []
    for name in lac:
        if name not in conf.DEFAULTS:
            found.append(_warning(1, f"LAC[{name!r}] is not a setting of lac-django."))
    needed = ["URL", "TOKEN_FILE"] + ([] if lac.get("SITE") else ["ORIGIN", "WEBSITE"])
    missing = [name for name in needed if not lac.get(name)]
    for name in missing:
        found.append(_error(2, f"LAC[{name!r}] is missing."))
    if "URL" not in missing:
        found += _check_url(lac["URL"])
    if "TOKEN_FILE" not in missing:
        try:
            read_token(lac["TOKEN_FILE"])
        except TokenFileError as error:
            # A missing secret is normal where images are built; one that others can read is not.
            kind = _warning if isinstance(error, TokenFileMissing) else _error
            found.append(kind(4, f"LAC['TOKEN_FILE']: {error}.", "lac storefront add NAME prints the token."))
    if lac.get("ORIGIN"):
        problem = conf.origin_problem(lac["ORIGIN"])
        if problem:
            found.append(_error(5, f"LAC['ORIGIN'] is {lac['ORIGIN']!r}: {problem}."))
        elif lac["ORIGIN"].startswith("https:") and not settings.SESSION_COOKIE_SECURE and not settings.DEBUG:
            found.append(_warning(2, "SESSION_COOKIE_SECURE is off, though LAC['ORIGIN'] is https."))
    if "no-referrer" in (getattr(settings, "SECURE_REFERRER_POLICY", "") or ""):
        found.append(
            _warning(3, "SECURE_REFERRER_POLICY is no-referrer: browsers then send Origin: null, and forms are refused.")
        )
    return found + _check_values()


def _check_url(url):
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return [_error(3, f"LAC['URL'] is {url!r}; it must look like https://lac.example:8420.")]
    if parts.scheme == "http" and not conf.is_loopback(parts.hostname):
        return [_error(3, "LAC['URL'] is plain http to another machine.", "Use https; CA_FILE names a private CA.")]
    return []


def _check_values():
    found = []
    for name, least, most in (
        ("CHECK_EVERY", 0, conf.MAX_CHECK_EVERY),
        ("STALE_AFTER", 1, conf.MAX_STALE_AFTER),
        ("TRUSTED_PROXY_COUNT", 0, 16),
    ):
        value = conf.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            found.append(_error(6, f"LAC[{name!r}] is {value!r}; it must be from {least} to {most}."))
    for name in conf.DOTTED_PATHS:
        if conf.get(name):
            try:
                import_string(conf.get(name))
            except ImportError as error:
                found.append(_error(7, f"LAC[{name!r}] cannot be imported: {error}."))
    if conf.get("CA_FILE"):
        try:
            open(conf.get("CA_FILE"), "rb").close()
        except OSError as error:
            found.append(_error(8, f"LAC['CA_FILE'] cannot be read: {error.strerror}."))
    return found


@register("lac")
def check_middleware(app_configs=None, **kwargs):
    order = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in order:
        return [_error(10, f"{MIDDLEWARE} is not in MIDDLEWARE.", "Put it directly after AuthenticationMiddleware.")]
    found = []
    if AUTHENTICATION not in order:
        found.append(_error(11, f"{AUTHENTICATION} is not in MIDDLEWARE."))
    elif order.index(MIDDLEWARE) != order.index(AUTHENTICATION) + 1:
        found.append(
            _error(
                12,
                "ImpersonationMiddleware is not directly after AuthenticationMiddleware.",
                "What stands between them sees requests of sessions that have ended.",
            )
        )
    if CSRF not in order:
        found.append(_error(13, f"{CSRF} is not in MIDDLEWARE: forms of lac-django get no CSRF cookie."))
    elif order.index(CSRF) > order.index(MIDDLEWARE):
        found.append(_error(14, "CsrfViewMiddleware must come before ImpersonationMiddleware."))
    return found


@register("lac")
def check_customers(app_configs=None, **kwargs):
    field = get_user_model()._meta.pk
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, (models.IntegerField, models.AutoField)):
        return []
    return [
        _error(
            20,
            f"Primary keys of {get_user_model()._meta.label} are not whole numbers ({type(field).__name__}).",
            "lac knows customers by whole numbers above 0, so it cannot be used with this shop.",
        )
    ]


@register("lac")
def check_urls(app_configs=None, **kwargs):
    try:
        address = reverse("lac_django:landing")
    except NoReverseMatch:
        return [
            _error(30, "The addresses of lac-django are missing.", 'Add path("", include("lac_django.urls")) to the URLs.')
        ]
    if address.lstrip("/") != LANDING:
        return [
            _warning(
                30,
                f"The landing is at {address}, while login URLs lead to {LANDING} beneath the base URL.",
                "Set web/secure/base_url in lac to what comes before it.",
            )
        ]
    return []


@register("lac")
def check_apps(app_configs=None, **kwargs):
    if "lac_django.oscar" in settings.INSTALLED_APPS and not any(
        name.startswith("oscar.apps.order") or name.endswith(".order.apps.OrderConfig") or name == "oscar"
        for name in settings.INSTALLED_APPS
    ):
        return [_warning(40, "lac_django.oscar is installed without django-oscar's order app.")]
    return []
