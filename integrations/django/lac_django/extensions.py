"""What a shop's framework adds, for example ``lac_django.oscar``."""


class Extension:
    """All methods are optional; register one in an AppConfig's ``ready``."""

    # URL names whose pages are closed in an agent's session.
    forbidden_views = ()
    # Templates that replace those of lac_django, {name: name}.
    templates = {}

    def is_staff(self, user):
        """Whether an account is one of the shop's staff, so is never opened."""
        return False

    def begin(self, request, impersonation):
        """Called before the shop's other middleware sees the request."""

    def prepare(self, request, impersonation):
        """Called before the view."""

    def landing(self, request, document, user):
        """The address of a document of the customer, or None."""
        return None

    def account(self):
        """The address of the account page, or None."""
        return None

    def orders(self):
        """All orders of customers as rows for lac_sync, oldest first."""
        return ()


_extensions = []


def register(extension):
    if not any(type(known) is type(extension) for known in _extensions):
        _extensions.append(extension)


def registered():
    return tuple(_extensions)


def template(name):
    for extension in _extensions:
        if name in extension.templates:
            return [extension.templates[name], name]
    return [name]
