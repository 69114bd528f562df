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

from .state import current, is_kit_writing


class ReadOnlySession(PermissionDenied):
    """A write in a read-only session."""


class ProtectedAccount(PermissionDenied):
    """A change of password or e-mail address, or the account's deletion."""


# The primary key of the account whose save has been looked at and comes next.
_saving = ContextVar("lac_saving", default=None)

# Statements that change no data. SELECT … INTO and writing WITH are found below.
_READS = re.compile(
    r"\s*(?:\(\s*)*(SELECT|VALUES|WITH|SHOW|EXPLAIN|DESCRIBE|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|START|COMMIT|SET|PRAGMA|"
    r"DECLARE|FETCH|CLOSE)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|REPLACE|INTO|ANALYZE)\b", re.IGNORECASE)
_LOCKS = re.compile(r"\bFOR\s+(NO\s+KEY\s+)?UPDATE\b", re.IGNORECASE)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/", re.DOTALL)
_TARGET = re.compile(
    r"\s*(INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"
    r"[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?(\w+)",
    re.IGNORECASE,
)


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
        if impersonation.read_only:
            if is_write(sql) and written_table(sql) not in session_tables():
                raise ReadOnlySession("This session can look, but cannot change anything.")
        elif changes_account(sql):
            raise ProtectedAccount("Sign-in data cannot be changed in a support session.")
    return run(sql, params, many, context)


def is_write(sql):
    """Whether a statement changes data, or may. What is not known is a write."""
    read = _READS.match(sql)
    if not read:
        return True
    bare = _LOCKS.sub("", _QUOTED.sub("''", sql))
    word = read[1].upper()
    if word in ("SELECT", "WITH", "EXPLAIN", "DECLARE", "VALUES"):
        return bool(_WRITES.search(_without_functions(bare))) or _has_second_statement(bare)
    if word == "PRAGMA":
        return "=" in bare
    return _has_second_statement(bare)


def _without_functions(sql):
    # replace(a, b, c) and insert(a, …) are functions as well.
    return re.sub(r"\b(REPLACE|INSERT)\s*\(", "f(", sql, flags=re.IGNORECASE)


def _has_second_statement(sql):
    return bool(sql.rstrip().rstrip(";").count(";"))


def written_table(sql):
    target = _TARGET.match(sql)
    if target and not _has_second_statement(_QUOTED.sub("''", sql)):
        return target[2]
    return None


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
    return user._meta.db_table, tuple((f.attname, f.column) for f in present)


def changes_account(sql):
    """Whether a statement changes sign-in data past the model's ``save``."""
    target = _TARGET.match(sql)
    table, columns = _account()
    if not target or target[2] != table:
        return False
    verb = target[1].upper().split()[0]
    if verb == "DELETE":
        return True
    if verb == "UPDATE":
        if _saving.get() is not None:
            _saving.set(None)  # a save has one UPDATE of this table
            return False
        changed = re.split(r"\bWHERE\b", sql, maxsplit=1, flags=re.IGNORECASE)[0]
        return any(re.search(rf"\b{re.escape(column)}[\"`\]]?\s*=", changed) for _, column in columns)
    return False


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
    _saving.set(instance.pk)


def _after_save(sender, instance, **kwargs):
    if is_account(sender):
        _saving.set(None)


def _before_delete(sender, instance, **kwargs):
    if current() is not None and is_account(sender):
        raise ProtectedAccount("An account cannot be deleted in a support session.")
