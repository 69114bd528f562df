from . import outbox
from .guard import is_account
from .models import DeletedCustomer
from .state import current


def changed_fields(before, after, ignore=()):
    """Names of the fields in which two states of a row differ."""
    return [
        field.name
        for field in after._meta.concrete_fields
        if field.name not in ignore and getattr(before, field.attname) != getattr(after, field.attname)
    ]


def account_saved(sender, instance, created, raw=False, **kwargs):
    """Reports changes of the customer's account, with names of fields only."""
    if not is_account(sender):
        return
    impersonation = current()
    before = instance.__dict__.pop("_lac_before", None)
    if impersonation is None or raw or created or before is None:
        return
    names = changed_fields(before, instance, ignore=("last_login",))
    if names and str(instance.pk) == impersonation.customer:
        titles = ", ".join(str(instance._meta.get_field(name).verbose_name) for name in names)
        outbox.report("account_changed", summary=f"Changed: {titles}")


def account_deleted(sender, instance, using=None, **kwargs):
    """Keeps the number of a deleted customer for ``lac_sync``."""
    if is_account(sender):
        DeletedCustomer.objects.using(using).get_or_create(customer=str(instance.pk))
