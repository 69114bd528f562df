"""A gateway that hangs, fails, or says what this kit does not know: nobody comes in, and sessions end."""

import time
import unittest

from support import LANDING, Browser, Fake, World, landing

UNTIL = "2099-01-01T00:00:00.000000Z"


def redeemed(session, customer="1", website="base", **more):
    return {"session_id": session, "customer": {"id": customer, "email": "jane@example.com", "name": "Jane Doe", "website": website},
            "website": website, "website_name": "Main", "store_view": "default", "admin": "anna", "admin_full_name": None,
            "document": None, "ticket": None, "disable_page_cache": True, "read_only": False, "ends_at": UNTIL,
            "idle_timeout": None, "field_of_a_later_version": {"a": 1}, **more}


ACTIVE = {"state": "active", "ends_at": UNTIL, "read_only": False, "end_cause": None, "new": 1}


class Misbehaving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.fake = Fake(cls.world.lac("key", "jwks"))
        cls.shop = cls.world.start_shop(gateway=cls.fake.port, LAC_STALE_AFTER="5")

    def setUp(self):
        self.fake.answers.clear()
        self.fake.calls.clear()

    def come_in(self, **more):
        secret, session = self.world.login("1")
        self.fake.answers |= {"redeem": (200, redeemed(session, **more), 0), "check": (200, ACTIVE, 0),
                              "end": (200, {"state": "ended", "changed": True}, 0)}
        browser = Browser(self.world.origin)
        return browser, browser.land(secret), session

    def assert_public(self, browser):
        page = browser.get("/")
        self.assertIn("Hello, guest", page.body)
        self.assertFalse(page.has_banner)
        return page

    def test_fields_of_later_versions_are_ignored(self):
        browser, answer, _ = self.come_in()
        self.assertEqual(answer.status, 303, answer)
        self.assertTrue(browser.get("/").has_banner)

    def test_a_redeem_that_fails_is_not_repeated_and_what_may_have_begun_is_ended(self):
        for answer in [(500, {"code": "internal"}, 0), (200, "not json", 0), (200, {"session_id": "x"}, 0), (302, "", 0), (200, "", 2.5)]:
            with self.subTest(answer):
                self.setUp()
                secret, session = self.world.login("1")
                self.fake.answers |= {"redeem": answer, "end": (200, {}, 0)}
                browser = Browser(self.world.origin)
                page = browser.land(secret)
                self.assertEqual(page.status, 503, page)
                self.assertNotIn(secret, page.body)
                self.assertEqual(self.fake.count("redeem"), 1)
                self.assertEqual([body for name, body in self.fake.calls if name == "end"], ['{"cause":"unusable"}'])
                self.assert_public(browser)

    def test_a_session_that_cannot_be_opened_is_ended_as_unusable(self):
        for what in [{"customer": "4"}, {"customer": "5"}, {"customer": "local:1"}, {"customer": "1 or 1=1"}, {"website": "other"}]:
            with self.subTest(what):
                self.setUp()
                browser, answer, _ = self.come_in(**what)
                self.assertEqual(answer.status, 400, answer)
                self.assertIn('{"cause":"unusable"}', [body for name, body in self.fake.calls if name == "end"])
                self.assert_public(browser)

    def test_an_unknown_state_is_over(self):
        guests = []
        for answer in [(200, {**ACTIVE, "state": "suspended"}, 0), (200, {"state": "ended"}, 0), (404, {"code": "session_not_found"}, 0),
                       (401, {"code": "not_authenticated"}, 0)]:
            browser, _, session = self.come_in()
            self.fake.answers["check", session] = answer
            guests.append((answer, browser))
        time.sleep(2.1)
        for answer, browser in guests:
            with self.subTest(answer):
                page = self.assert_public(browser)
                self.assertEqual(page.header("Clear-Site-Data"), '"cache"')
                self.assertEqual(page.header("Cache-Control"), "no-store")

    def test_a_check_counts_for_two_seconds_and_is_repeated_once(self):
        browser, _, _ = self.come_in()
        for _ in range(5):
            self.assertTrue(browser.get("/").has_banner)
        self.assertLessEqual(self.fake.count("check"), 1)
        time.sleep(2.1)
        self.fake.calls.clear()
        self.fake.answers["check"] = (503, {"code": "busy"}, 0)
        self.assertTrue(browser.get("/").has_banner)
        self.assertEqual(self.fake.count("check"), 2)
        self.assertTrue(browser.get("/").has_banner, "a busy gateway is asked again two seconds later")
        self.assertEqual(self.fake.count("check"), 2)

    def test_without_a_good_answer_the_session_ends(self):
        guests = []
        for bad in [(503, {"code": "busy"}, 0), (429, {"code": "rate_limited"}, 0), (200, "<html>", 0), (404, {"code": "not_found"}, 0),
                    (200, {**ACTIVE, "ends_at": 5}, 0)]:
            browser, _, session = self.come_in()
            self.fake.answers["check", session] = bad
            guests.append((bad, browser))
        time.sleep(2.1)
        for bad, browser in guests:
            self.assertTrue(browser.get("/").has_banner, f"{bad}: the last good answer is fresh enough")
        time.sleep(3)
        for bad, browser in guests:
            with self.subTest(bad):
                self.assert_public(browser)

    def test_a_gateway_that_hangs_holds_a_page_for_four_seconds_at_most(self):
        browser, _, _ = self.come_in()
        self.fake.answers["check"] = (200, ACTIVE, 6)
        time.sleep(2.1)
        began = time.monotonic()
        browser.get("/")
        self.assertLess(time.monotonic() - began, 4.9)
        self.assert_public(browser)

    def test_no_keys_no_button(self):
        secret, _ = self.world.login("1")
        keys, self.fake.jwks = self.fake.jwks, {"keys": []}
        self.addCleanup(setattr, self.fake, "jwks", keys)
        page = Browser(self.world.origin).get(landing(secret))
        self.assertEqual(page.status, 400)
        self.assertNotIn("<form", page.body)

    def test_a_token_file_that_others_can_read_is_refused(self):
        self.world.token_file.chmod(0o644)
        self.addCleanup(self.world.token_file.chmod, 0o600)
        secret, session = self.world.login("1")
        self.fake.answers["redeem"] = (200, redeemed(session), 0)
        browser = Browser(self.world.origin)
        page = browser.get(landing(secret))
        page = browser.post(LANDING, {"secret": secret, "csrf": page.field("csrf")})
        self.assertEqual(page.status, 503, page)
        self.assertEqual(self.fake.count("redeem"), 0)
        self.assertIn("chmod 0600", self.shop.log.read_text())


if __name__ == "__main__":
    unittest.main()
