from django.apps import AppConfig


class LacOscarConfig(AppConfig):
    name = "lac_django.oscar"
    label = "lac_oscar"
    verbose_name = "Login as Customer for django-oscar"

    def ready(self):
        from lac_django import extensions

        from . import analytics, receivers
        from .extension import OscarExtension

        extensions.register(OscarExtension())
        receivers.connect()
        analytics.leave_agents_out()
