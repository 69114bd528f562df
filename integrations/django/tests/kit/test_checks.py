"""``manage.py check`` names what is missing or misplaced."""

import os

from django.conf import settings
from django.core.checks import run_checks
from django.db import models
from django.test import override_settings

from lac_django import checks
from lac_django.client import TokenFileError, read_token
from tests.support.cases import KitCase, token_file

BEFORE = "django.contrib.messages.middleware.MessageMiddleware"


def found(**lac):
    with override_settings(LAC=settings.LAC | lac):
        return [message.id for message in run_checks(tags=["lac"])]


class Settings(KitCase):
    def test_the_example_has_none(self):
        self.assertEqual(found(), [])

    def test_a_missing_setting(self):
        with override_settings(LAC=None):
            self.assertEqual(checks.check_settings()[0].id, "lac.E001")
        self.assertIn("lac.E002", found(URL=None))
        self.assertEqual(found(SITE=None).count("lac.E002"), 2)
        self.assertIn("lac.W001", found(TOKEN="lac_x"))

    def test_urls(self):
        for url in ("http://lac.example:8420", "ftp://x", "lac.example", 5):
            self.assertIn("lac.E003", found(URL=url), url)
        for url in ("https://lac.example:8420", "http://127.0.0.1:8420", "http://[::1]:8420", "http://localhost"):
            self.assertEqual(found(URL=url), [], url)

    def test_origins(self):
        for origin in ("https://shop.example/", "https://shop.example/x", "shop.example", "http://shop.example", "https://Shop.example"):
            self.assertIn("lac.E005", found(ORIGIN=origin), origin)
        self.assertEqual(found(ORIGIN="http://127.0.0.1:8000"), [])

    def test_numbers(self):
        for change in (
            {"CHECK_EVERY": 3}, {"CHECK_EVERY": "2"}, {"STALE_AFTER": 31}, {"STALE_AFTER": 0},
            {"TRUSTED_PROXY_COUNT": -1}, {"TRUSTED_PROXY_COUNT": True},
        ):
            self.assertIn("lac.E006", found(**change), change)

    def test_a_policy_that_breaks_forms(self):
        with override_settings(SECURE_REFERRER_POLICY="no-referrer"):
            self.assertEqual(found(), ["lac.W003"])

    def test_dotted_paths_and_files(self):
        for name in ("SITE", "IS_CUSTOMER", "SYNC_CUSTOMER"):
            self.assertIn("lac.E007", found(**{name: "nowhere.at.all"}))
        self.assertIn("lac.E008", found(CA_FILE="/nowhere/ca.pem"))


class TokenFile(KitCase):
    def test_who_may_read_it(self):
        for mode, good in ((0o600, True), (0o400, True), (0o640, True), (0o644, False), (0o660, False), (0o604, False)):
            path = token_file(mode=mode)
            self.addCleanup(os.unlink, path)
            self.assertEqual(found(TOKEN_FILE=path), [] if good else ["lac.E004"], oct(mode))

    def test_a_missing_one_is_a_warning(self):
        self.assertEqual(found(TOKEN_FILE="/nowhere/lac-token"), ["lac.W004"])

    def test_what_is_in_it(self):
        for content in ("", "secret", "lac_", "lac_a b", "lac_x\nlac_y"):
            path = token_file(content)
            self.addCleanup(os.unlink, path)
            with self.assertRaises(TokenFileError) as raised:
                read_token(path)
            self.assertNotIn("secret", str(raised.exception))

    def test_a_rotated_token_counts_at_once(self):
        path = token_file("lac_old\n")
        self.addCleanup(os.unlink, path)
        self.lac(TOKEN_FILE=path)
        self.land()
        with open(path, "w") as file:
            file.write("lac_new")
        self.clock.move(3)
        self.browser.get("/me/")
        tokens = [headers["Authorization"] for _, _, _, headers in self.stub.calls]
        self.assertEqual(tokens, ["Bearer lac_old", "Bearer lac_new"])

    def test_a_file_that_others_can_read_is_not_used(self):
        path = token_file(mode=0o644)
        self.addCleanup(os.unlink, path)
        self.lac(TOKEN_FILE=path)
        self.assertEqual(self.land().status_code, 403)
        self.assertEqual(self.stub.calls, [])


class Middleware(KitCase):
    def order(self, *names):
        with override_settings(MIDDLEWARE=list(names)):
            return [message.id for message in checks.check_middleware()]

    def test_the_order(self):
        csrf, auth, lac = checks.CSRF, checks.AUTHENTICATION, checks.MIDDLEWARE
        self.assertEqual(self.order(csrf, auth, lac, BEFORE), [])
        self.assertEqual(self.order(csrf, auth), ["lac.E010"])
        self.assertEqual(self.order(csrf, lac), ["lac.E011"])
        self.assertEqual(self.order(csrf, lac, auth), ["lac.E012"])
        self.assertEqual(self.order(csrf, auth, BEFORE, lac), ["lac.E012"])
        self.assertEqual(self.order(auth, lac), ["lac.E013"])
        self.assertEqual(self.order(auth, lac, csrf), ["lac.E014"])


class Customers(KitCase):
    def test_primary_keys_must_be_whole_numbers(self):
        from unittest import mock

        for field, good in (
            (models.BigAutoField(primary_key=True), True),
            (models.PositiveIntegerField(primary_key=True), True),
            (models.UUIDField(primary_key=True), False),
            (models.CharField(primary_key=True, max_length=9), False),
        ):
            model = mock.Mock()
            model._meta.pk, model._meta.label = field, "x.Customer"
            with mock.patch("lac_django.checks.get_user_model", return_value=model):
                ids = [message.id for message in checks.check_customers()]
            self.assertEqual(ids, [] if good else ["lac.E020"], field)


class Addresses(KitCase):
    def test_they_must_be_there_and_at_the_root(self):
        with override_settings(ROOT_URLCONF="tests.support.without_urls"):
            self.assertEqual([message.id for message in checks.check_urls()], ["lac.E030"])
        with override_settings(ROOT_URLCONF="tests.support.prefixed"):
            self.assertEqual([message.id for message in checks.check_urls()], ["lac.W030"])
