"""What an agent's session cannot do, whatever page asks for it.

The guard stands at the database, because shops also write on GET, and because
a password can be changed on more pages than the one that is named so.
"""

import re
from contextvars import ContextVar
from functools import lru_cache
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_save, pre_delete, pre_save

from .sql import is_write, read_write
from .state import current, is_kit_writing


class ReadOnlySession(PermissionDenied):
    """A write in a read-only session."""


class ProtectedAccount(PermissionDenied):
    """A change of password or e-mail address, or the account's deletion."""


# The agent's request in which a save of an account has been looked at and comes next.
_saving = ContextVar("lac_saving", default=None)


def install():
    connection_created.connect(_on_connection, dispatch_uid="lac_guard")
    for connection in connections.all(initialized_only=True):
        _on_connection(None, connection)
    # Of all models: proxies and children of the user model send their own class.
    pre_save.connect(_before_save, dispatch_uid="lac_guard_pre_save")
    post_save.connect(_after_save, dispatch_uid="lac_guard_post_save")
    pre_delete.connect(_before_delete, dispatch_uid="lac_guard_pre_delete")


def is_account(model):
    return issubclass(model, get_user_model())


def _on_connection(sender, connection, **kwargs):
    # At the front: Django removes its own wrappers from the end.
    if execute not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, execute)


def execute(run, sql, params, many, context):
    """The ``execute_wrapper`` of every connection; looks only at agents' sessions."""
    impersonation = current()
    if impersonation is not None and not is_kit_writing():
        connection = context["connection"]
        text, vendor = _text(sql, connection), connection.vendor
        if impersonation.read_only:
            if is_write(text, vendor) and written_table(text, vendor) not in session_tables():
                raise ReadOnlySession("This session can look, but cannot change anything.")
        elif changes_account(text, vendor):
            raise ProtectedAccount("Sign-in data cannot be changed in a support session.")
    return run(sql, params, many, context)


def _text(sql, connection):
    """A statement as text; psycopg's Composable and bytes are not."""
    if isinstance(sql, str):
        return sql
    if isinstance(sql, bytes):
        return sql.decode(errors="replace")
    return sql.as_string(connection.connection) if hasattr(sql, "as_string") else str(sql)


def written_table(sql, vendor="sqlite"):
    write = read_write(sql, vendor)
    return write.table if write else None


@lru_cache(maxsize=1)
def session_tables():
    """Tables that hold sessions: a session is not the customer's data."""
    tables = set()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    if hasattr(store, "get_model_class"):
        tables.add(store.get_model_class()._meta.db_table)
    cache = settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {})
    if "cache" in settings.SESSION_ENGINE and cache.get("BACKEND", "").endswith("DatabaseCache"):
        tables.add(cache["LOCATION"])
    return frozenset(tables)


@lru_cache(maxsize=1)
def _account():
    user = get_user_model()
    names = {"password", user.USERNAME_FIELD, user.get_email_field_name()}
    present = [f for f in user._meta.concrete_fields if f.name in names]
    # "schema"."table" is a common way to name a table of another schema.
    return user._meta.db_table.strip('"').split('"."')[-1], tuple((f.attname, f.column) for f in present)


def changes_account(sql, vendor="sqlite"):
    """Whether a statement changes sign-in data past the model's ``save``, or may."""
    table, columns = _account()
    if not re.search(rf"(?<!\w){re.escape(table)}(?!\w)", sql, re.IGNORECASE) or not is_write(sql, vendor):
        return False
    write = read_write(sql, vendor)
    if write is None:
        return True
    if write.table.lower() != re.sub(r"\W", "_", table).lower():
        return False
    if write.verb == "INSERT":
        return write.is_upsert
    if write.verb == "DELETE":
        return True
    if _saving.get() is not None and _saving.get() is current():
        _saving.set(None)  # a save has one UPDATE of this table
        return False
    return write.sets([column for _, column in columns])


def _before_save(sender, instance, raw=False, update_fields=None, using=None, **kwargs):
    if current() is None or raw or instance._state.adding or not is_account(sender):
        return
    before = sender._base_manager.using(using).filter(pk=instance.pk).first()
    if before is None:
        return
    for attname, _ in _account()[1]:
        if update_fields is not None and attname not in update_fields:
            continue
        if getattr(before, attname) != getattr(instance, attname):
            raise ProtectedAccount("Sign-in data cannot be changed in a support session.")
    instance._lac_before = before
    _saving.set(current())


def _after_save(sender, instance, **kwargs):
    if is_account(sender):
        _saving.set(None)


def _before_delete(sender, instance, **kwargs):
    if current() is not None and is_account(sender):
        raise ProtectedAccount("An account cannot be deleted in a support session.")
