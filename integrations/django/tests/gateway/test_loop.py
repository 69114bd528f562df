"""The loop with a real store and a real gateway, in a shop with two websites."""

import threading
import time
from io import StringIO
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.contrib.auth import get_user_model
from django.test import TransactionTestCase, override_settings
from unittest import mock

from lac_django import outbox
from lac_django.conf import Site
from lac_django.models import Outgoing
from plain.sites import SITES
from tests.support.cases import LANDING, PASSWORD, Browser, Clock
from tests.support.gateway import Lac

BERLIN = "http://127.0.0.1"
PARIS = "http://localhost"


class GatewayCase(TransactionTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lac = Lac(
            {
                "books_de": ("Book Room Berlin", BERLIN + "/", "de"),
                "books_fr": ("Book Room Paris", PARIS + "/", "fr"),
            }
        )
        cls.addClassCleanup(cls.lac.remove)
        cls.lac.start()

    def setUp(self):
        if self.lac.process is None:
            self.lac.start()
        changed = override_settings(LAC=settings.LAC | {"URL": self.lac.url, "TOKEN_FILE": self.lac.token_file})
        changed.enable()
        self.addCleanup(changed.disable)
        sites = mock.patch.dict(
            SITES, {"127.0.0.1": Site(BERLIN, "books_de"), "localhost": Site(PARIS, "books_fr")}
        )
        sites.start()
        self.addCleanup(sites.stop)
        self.clock = Clock()
        for place in ("middleware", "sessions", "views"):
            patch = mock.patch(f"lac_django.{place}.now", self.clock)
            patch.start()
            self.addCleanup(patch.stop)
        users = get_user_model().objects
        self.ada = users.create_user("A-1", "ada@example.com", PASSWORD, id=1, shown_name="Ada Byron")
        self.zoe = users.create_user("Z-2", "zoe@example.com", PASSWORD, id=2, shown_name="Zoë", website="books_fr")
        call_command("lac_sync", verbosity=0, stdout=mock.Mock())
        self.lac("config", "set", "login_as_customer/general/enabled", "yes")
        self.lac("consent", "grant", "1", "2")
        self.browser = self.berlin()

    def berlin(self):
        return Browser(SERVER_NAME="127.0.0.1")

    def paris(self):
        return Browser()

    def send(self, path, browser=None, origin=None, **data):
        browser = browser or self.browser
        origin = origin or "http://" + browser.defaults["SERVER_NAME"]
        cookie = browser.cookies.get("csrftoken")
        data["csrfmiddlewaretoken"] = cookie.value if cookie else "none"
        return browser.post(path, data, headers={"origin": origin, "user-agent": "Fire\x01fox/1"})

    def press(self, url, browser=None):
        """Opens a login URL and presses the button."""
        browser = browser or self.browser
        parts = urlsplit(url)
        self.assertEqual(browser.get(f"{parts.path}?{parts.query}").status_code, 200)
        return self.send(parts.path, browser, secret=parse_qs(parts.query)["secret"][0])

    def enter(self, *arguments, customer="1", browser=None):
        response = self.press(self.lac.login(customer, *arguments), browser)
        self.assertEqual((response.status_code, response["Location"]), (303, "/me/"))
        self.assertContains((browser or self.browser).get("/me/"), "lac-banner")
        return self.lac.session()["id"]

    def assertPublic(self, browser=None):
        browser = browser or self.browser
        self.assertEqual(browser.get("/me/").status_code, 302)
        self.assertNotContains(browser.get("/"), "lac-banner")


class Loop(GatewayCase):
    def test_from_login_to_the_way_out(self):
        session = self.enter("--ticket", "ZD-1")
        page = self.browser.get("/me/").content.decode()
        self.assertIn("<bdi>Ada Byron</bdi></strong> on <strong><bdi>Book Room Berlin", page)
        self.assertEqual(self.send("/me/borrow/", title="Dune").status_code, 302)
        self.assertEqual(self.send("/loginascustomer/end").status_code, 303)
        self.assertPublic()
        ended = self.lac.session()
        self.assertEqual((ended["id"], ended["state"], ended["end_cause"]), (session, "ended", "left"))
        events = [event["action"] for event in self.lac.log(session_id=session)]
        self.assertEqual(events, ["issue", "redeem", "other", "end"])
        (act,) = self.lac.log(session_id=session, action="other")
        self.assertEqual((act["admin"], act["customer_id"]), ("anna", "1"))
        self.assertEqual(act["details"]["summary"], "Borrowed: Dune")
        self.assertEqual(Outgoing.objects.count(), 0)

    def test_customers_whom_lac_cannot_take_do_not_stop_the_others(self):
        users = get_user_model().objects
        users.create_user("L-3", "long@example.com", id=3, shown_name="N" * 120)
        users.create_user("M-4", "not an address", id=4, shown_name="Mail")
        users.create_user("D-5", "ada@example.com", id=5, shown_name="Double")
        users.create_user("E-6", "eve@example.com", id=6, shown_name="Eve")
        out, err = StringIO(), StringIO()
        with mock.patch("plain.sites.sync_customer", lambda user: {"website": user.website, "name": user.shown_name * 3}):
            call_command("lac_sync", stdout=out, stderr=err)
        known = {customer["id"]: customer["name"] for customer in self.lac.json("customer", "list")}
        self.assertEqual((known.get("3"), known.get("6")), ("N" * 255, "EveEveEve"))
        self.assertNotIn("4", known)
        self.assertRegex(err.getvalue(), r"customers: 4 was skipped: .*not an address")
        self.assertRegex(err.getvalue(), r"customers: 5 was skipped: email: is 1's too")
        self.assertIn("6 read", out.getvalue())

    def test_a_link_works_once(self):
        url = self.lac.login(1)
        first = self.press(url)
        self.assertEqual(first.status_code, 303)
        other = self.berlin()
        with self.assertLogs("lac_django", "WARNING") as logged:
            self.assertEqual(self.press(url, other).status_code, 403)
        self.assertIn("token_spent", logged.output[0])
        self.assertPublic(other)
        self.assertContains(self.browser.get("/me/"), "lac-banner")

    def test_looking_at_a_link_spends_nothing(self):
        url = self.lac.login(1)
        for _ in range(3):
            self.berlin().get(url)
            self.berlin().head(url)
        self.assertEqual(self.press(url).status_code, 303)

    def test_many_browsers_at_once_have_one_winner(self):
        url = self.lac.login(1)
        browsers = [self.berlin() for _ in range(6)]
        for browser in browsers:
            browser.get(url)
        # The kit's call itself, because the test's database belongs to one thread.
        from lac_django.client import GatewayError, gateway

        outcomes = []

        def race():
            try:
                gateway.redeem(parse_qs(urlsplit(url).query)["secret"][0], BERLIN)
                outcomes.append("in")
            except GatewayError as error:
                outcomes.append(error.code)

        threads = [threading.Thread(target=race) for _ in browsers]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(sorted(outcomes), ["in"] + ["token_spent"] * 5)

    def test_links_that_are_refused(self):
        good = self.lac.login(1)
        secret = parse_qs(urlsplit(good).query)["secret"][0]
        head, body, signature = secret.split(".")
        flipped = ("A" if signature[10] != "A" else "B").join((signature[:10], signature[11:]))
        for bad in (f"{head}.{body}.{flipped}", secret[:-30], "x", "a.b.c", "<script>"):
            self.assertEqual(self.press(f"{BERLIN}{LANDING}?secret={bad}").status_code, 403, bad)
        # Of another website of the same shop.
        self.assertEqual(self.press(good, self.paris()).status_code, 403)
        self.assertPublic()
        self.lac("session", "end", self.lac.session()["id"])
        self.assertEqual(self.press(good).status_code, 403)

    def test_each_website_has_its_own_customers(self):
        browser = self.paris()
        self.enter(customer="2", browser=browser)
        self.assertContains(browser.get("/me/"), "<bdi>Zoë</bdi></strong> on <strong><bdi>Book Room Paris")

    def test_a_token_of_a_storefront_that_is_revoked(self):
        token_file = self.lac.add_storefront("temporary", ["books_de"])
        with override_settings(LAC=settings.LAC | {"TOKEN_FILE": token_file}):
            self.enter()
            self.lac("storefront", "revoke", "temporary", "-y")
            self.assertEqual(self.press(self.lac.login(1), self.berlin()).status_code, 403)
            self.clock.move(31)
            self.assertPublic()

    def test_an_account_that_the_shop_cannot_open(self):
        get_user_model().objects.filter(pk=1).update(is_staff=True)
        self.assertEqual(self.press(self.lac.login(1)).status_code, 403)
        session = self.lac.session()
        self.assertEqual((session["state"], session["end_cause"]), ("ended", "unusable"))

    def test_the_agents_browser_is_in_the_log(self):
        self.enter()
        session = self.lac.session()
        self.assertEqual(session["client_ip"], "127.0.0.1")
        self.assertEqual(session["user_agent"], "Firefox/1")


class Ends(GatewayCase):
    """Whatever ends a session in lac: the next page, within five seconds, is public."""

    def ends_by(self, *command, back=()):
        self.enter()
        self.lac(*command)
        time.sleep(2.1)  # the real clock: the answer counts for two seconds
        self.assertPublic()
        if back:
            self.lac(*back)

    def test_session_end(self):
        self.ends_by("session", "end")

    def test_consent_revoked(self):
        self.ends_by("consent", "revoke", "1", "-y", back=("consent", "grant", "1"))

    def test_feature_off(self):
        name = "login_as_customer/general/enabled"
        self.ends_by("config", "set", name, "no", "-y", back=("config", "set", name, "yes"))

    def test_the_agent_s_role_or_account(self):
        self.lac("role", "create", "Support")
        self.lac("role", "allow", "Support", "login_button", "Lac::sessions")
        self.lac("user", "create", "bea", "--role", "Support")
        token = self.lac.json("user", "token", "create", "bea", "--expires", "1d")["token"]
        for end, back in (
            (("role", "deny", "Support", "login_button", "-y"), ("role", "allow", "Support", "login_button")),
            (("user", "disable", "bea", "-y"), ("user", "enable", "bea")),
        ):
            self.browser = self.berlin()
            self.assertEqual(self.press(self.lac("login", "1", token=token)).status_code, 303)
            self.assertContains(self.browser.get("/me/"), "lac-banner")
            self.lac(*end)
            time.sleep(2.1)
            self.assertPublic()
            self.lac(*back)

    def test_a_newer_login(self):
        self.enter()
        self.lac.login(2)
        time.sleep(2.1)
        self.assertPublic()

    def test_the_longest_time(self):
        self.lac("config", "set", "lac/session/max_duration", "60")
        self.addCleanup(self.lac, "config", "unset", "lac/session/max_duration")
        self.enter()
        self.clock.move(61)
        self.assertPublic()

    def test_the_shop_s_sign_out(self):
        self.enter()
        self.send("/out/")
        session = self.lac.session()
        self.assertEqual((session["state"], session["end_cause"]), ("ended", "signed_out"))


class WithoutGateway(GatewayCase):
    def test_nobody_comes_in_and_sessions_end_within_thirty_seconds(self):
        self.enter()
        self.lac.stop()
        self.assertContains(self.browser.get("/me/"), "lac-banner")
        self.clock.move(20)
        self.assertContains(self.browser.get("/me/"), "lac-banner")
        self.clock.move(11)
        self.assertPublic()
        self.lac.start()
        self.assertEqual(outbox.flush(everything=True), 0)
        self.assertEqual(self.lac.session()["end_cause"], "unusable")
        url = self.lac.login(1)
        self.lac.stop()
        self.assertEqual(self.press(url).status_code, 403)
        self.lac.start()
        self.assertEqual(self.press(url).status_code, 303, "it was not spent")

    def test_reports_wait_and_are_recorded_once(self):
        session = self.enter()
        self.lac.stop()
        self.send("/me/borrow/", title="Emma")
        row = Outgoing.objects.values().get()
        self.lac.start()
        self.assertEqual(outbox.flush(everything=True), 0)
        # The answer was lost on its way: the row is still there and goes again.
        Outgoing.objects.create(**row)
        self.assertEqual(outbox.flush(everything=True), 0)
        self.assertEqual(len(self.lac.log(session_id=session, action="other")), 1)
        # Another act with a known id is refused, and kept for people to look at.
        Outgoing.objects.create(**(row | {"summary": "Something else"}))
        outbox.flush(everything=True)
        self.assertEqual(Outgoing.objects.get().failed, "action_conflict")

    def test_the_way_out_is_told_later(self):
        self.enter()
        self.lac.stop()
        self.send("/loginascustomer/end")
        self.assertPublic()
        self.lac.start()
        outbox.flush(everything=True)
        self.assertEqual(self.lac.session()["end_cause"], "left")


class ReadOnly(GatewayCase):
    def test_it_comes_from_the_login(self):
        self.enter("--read-only")
        self.assertContains(self.browser.get("/me/"), "read-only")
        self.assertEqual(self.send("/me/borrow/", title="x").status_code, 403)
        self.assertEqual(self.browser.get("/shelf/").status_code, 403)
        self.assertEqual(self.send("/loginascustomer/end").status_code, 303)


class Consent(GatewayCase):
    PAGE = "/loginascustomer/consent"

    def customer(self, user=None):
        browser = self.berlin()
        browser.force_login(user or self.ada)
        browser.get(LANDING, {"secret": "x"})
        return browser

    def test_the_customer_s_choice_sticks_and_is_the_customer_s(self):
        browser = self.customer()
        self.assertContains(browser.get(self.PAGE), " checked")
        self.assertEqual(self.send(self.PAGE, browser)["Location"], self.PAGE + "?saved=no")
        self.assertNotContains(browser.get(self.PAGE), " checked")
        self.assertNotEqual(self.lac("login", "1", check=False).returncode, 0)
        self.assertEqual(self.send(self.PAGE, browser, granted="true")["Location"], self.PAGE + "?saved=yes")
        event = self.lac.log(action_group="consent", customer_id="1")[-1]
        self.assertEqual((event["action"], event["details"]["source"]), ("grant", "customer"))
        self.enter()

    def test_title_and_tooltip_are_the_website_s(self):
        path = "login_as_customer/general/shopping_assistance_checkbox_"
        for website, title in (("books_de", "Hilfe <erlauben>"), ("books_fr", "Autoriser l'aide")):
            self.lac("config", "set", path + "title", title, "--scope", f"website:{website}")
            self.lac("config", "set", path + "tooltip", title.upper(), "--scope", f"website:{website}")
        page = self.customer().get(self.PAGE)
        self.assertContains(page, "Hilfe &lt;erlauben&gt;")
        self.assertContains(page, "HILFE &lt;ERLAUBEN&gt;")
        browser = self.paris()
        browser.force_login(self.zoe)
        self.assertContains(browser.get(self.PAGE), "Autoriser l&#x27;aide")

    def test_a_customer_whom_lac_does_not_know_yet(self):
        new = get_user_model().objects.create_user("N-3", "new@example.com", id=77, shown_name="New")
        browser = self.customer(new)
        self.assertEqual(self.send(self.PAGE, browser, granted="true")["Location"], self.PAGE + "?saved=yes")
        self.assertEqual(self.lac.json("customer", "show", "77")["email"], "new@example.com")

    def test_a_question_is_answered(self):
        self.lac("consent", "revoke", "1", "-y")
        self.lac("consent", "ask", "1", "--for", "2h", "--ticket", "ZD-9")
        browser = self.customer()
        page = browser.get(self.PAGE).content.decode()
        self.assertIn("2 hours", page)
        self.assertIn("ZD-9", page)
        ask = page.split('name="ask" value="')[1].split('"')[0]
        self.assertEqual(self.send(self.PAGE, browser, ask=ask, decision="allow")["Location"], self.PAGE + "?saved=allowed")
        self.enter()
        self.assertEqual(self.send(self.PAGE, browser, ask=ask, decision="deny").status_code, 409)

    def test_an_agent_sees_and_changes_none_of_it(self):
        self.enter()
        for path in (self.PAGE, "/loginascustomer/history"):
            self.assertEqual(self.browser.get(path).status_code, 403)
        self.assertEqual(self.send(self.PAGE).status_code, 403)
        self.assertEqual(self.lac.log(action_group="consent", customer_id="1")[-1]["action"], "grant")

    def test_the_history(self):
        self.enter("--ticket", "ZD-5")
        self.send("/me/borrow/", title="Persuasion")
        self.send("/loginascustomer/end")
        page = self.customer().get("/loginascustomer/history")
        self.assertContains(page, "Book Room Berlin")
        self.assertContains(page, "Other change")
        self.assertNotContains(page, "Anna")
