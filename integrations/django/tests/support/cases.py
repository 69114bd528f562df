"""Test cases of the plain shop with a stub of the gateway."""

import copy
import os
import tempfile
from unittest import mock

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, TransactionTestCase, override_settings

from lac_django.conf import Site
from plain.sites import SITES

from .stub import Stub

ORIGIN = "http://localhost"
LANDING = "/loginascustomer/login/index"
SECRET = "eyJhbGciOiJFZERTQSJ9.the-login-token.signature"
PASSWORD = "a-customer-s-own-password"


class Browser(Client):
    """A browser at the website books_de, that sends CSRF tokens or is refused."""

    def __init__(self, **defaults):
        super().__init__(enforce_csrf_checks=True, **({"SERVER_NAME": "localhost"} | defaults))


class Clock:
    """A clock for the kit that tests can move."""

    def __init__(self):
        import time

        self.ahead = 0.0
        self._time = time.time

    def __call__(self):
        return self._time() + self.ahead

    def move(self, seconds):
        self.ahead += seconds


def token_file(content="lac_0123456789abcdef", mode=0o600):
    handle, path = tempfile.mkstemp()
    os.write(handle, content.encode())
    os.close(handle)
    os.chmod(path, mode)
    return path


class KitCase(TransactionTestCase):
    """Ada, number 1, is the customer whom agents open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stub = Stub()
        cls.addClassCleanup(cls.stub.stop)
        cls.token = token_file()
        cls.addClassCleanup(os.unlink, cls.token)

    def setUp(self):
        self.stub.reset()
        lac = copy.copy(settings.LAC) | {"URL": self.stub.url, "TOKEN_FILE": self.token}
        changed = override_settings(LAC=lac)
        changed.enable()
        self.addCleanup(changed.disable)
        sites = mock.patch.dict(SITES, {"localhost": Site(ORIGIN, "books_de")})
        sites.start()
        self.addCleanup(sites.stop)
        self.clock = Clock()
        for place in ("middleware", "sessions", "views"):
            patch = mock.patch(f"lac_django.{place}.now", self.clock)
            patch.start()
            self.addCleanup(patch.stop)
        users = get_user_model()
        self.ada = users.objects.create_user("A-1", "ada@example.com", PASSWORD, id=1, shown_name="Ada Byron")
        self.bob = users.objects.create_user("B-2", "bob@example.com", PASSWORD, id=2, shown_name="Bob")
        self.browser = Browser()

    def lac(self, **values):
        changed = override_settings(LAC=settings.LAC | values)
        changed.enable()
        self.addCleanup(changed.disable)

    def csrf(self, browser=None, path=LANDING + "?secret=x"):
        """The CSRF token of a page's form."""
        page = (browser or self.browser).get(path).content.decode()
        return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

    def land(self, browser=None, secret=SECRET, origin=ORIGIN, **answer):
        """Follows a login URL and presses the button."""
        browser = browser or self.browser
        self.stub.next_redeem = answer
        token = self.csrf(browser)
        headers = {"origin": origin} if origin else {}
        return browser.post(LANDING, {"secret": secret, "csrfmiddlewaretoken": token}, headers=headers)

    def post(self, path, data=None, browser=None, origin=ORIGIN):
        """Sends a form as a browser does that has seen one of the pages."""
        browser = browser or self.browser
        cookie = browser.cookies.get("csrftoken")
        values = {"csrfmiddlewaretoken": cookie.value if cookie else "none"} | (data or {})
        return browser.post(path, values, headers={"origin": origin} if origin else {})

    def post_as(self, browser, path, data=None):
        """Sends a form as a customer who has just seen their account page."""
        browser.get("/me/")
        return self.post(path, data, browser)

    def assertLoggedOut(self, browser=None):
        """Nobody is signed in: the account page leads to the sign-in form."""
        response = (browser or self.browser).get("/me/")
        self.assertEqual(response.status_code, 302, "somebody is signed in")
        self.assertIn("/in/", response["Location"])
