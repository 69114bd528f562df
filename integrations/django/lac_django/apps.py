import logging

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class LacConfig(AppConfig):
    name = "lac_django"
    label = "lac_django"
    verbose_name = "Login as Customer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from . import checks, guard, logs, receivers  # noqa: F401

        guard.install()
        logs.install()
        post_save.connect(receivers.account_saved, dispatch_uid="lac_account_saved")
        post_delete.connect(receivers.account_deleted, dispatch_uid="lac_account_deleted")


logging.getLogger("lac_django").addHandler(logging.NullHandler())
