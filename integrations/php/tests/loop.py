"""The whole loop, from `lac login` to the log, through a running gateway and the example shop."""

import json
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from support import LANDING, Browser, World, free_port, landing


def setUpModule():
    global world
    world = World()
    world.start_gateway()
    world.start_shop()


def come_in(*login):
    secret, session = world.login(*(login or ("1",)))
    browser = Browser(world.origin)
    answer = browser.land(secret)
    assert answer.status == 303, answer
    return browser, session


def as_customer(email):
    browser = Browser(world.origin)
    assert browser.post("/login", {"email": email, "password": "secret"}).status == 303
    return browser


def ended(session):
    """How the session ended, as the log has it."""
    events = world.events(session, "end")
    return [(event["result"], event["details"].get("cause")) for event in events]


class Loop(unittest.TestCase):
    def assert_public(self, browser):
        page = browser.get("/")
        self.assertIn("Hello, guest", page.body)
        self.assertFalse(page.has_banner)

    def test_the_loop(self):
        browser, session = come_in("--order", "000000001", "--ticket", "ZD-4711")
        self.assertEqual(browser.get("/orders/000000001").status, 200)
        page = browser.get("/")
        self.assertIn("<strong><bdi>Jane Doe</bdi></strong> on <bdi>Main &lt;Website&gt;</bdi>", page.body)
        self.assertIn("Watch 90.00", page.body, "the customer's own price")
        browser.get("/cart?add=1")
        order = browser.post("/checkout", {}).header("Location")
        self.assertIn("Order Placed by Store Administrator", browser.get(order).body)
        browser.post("/account/address", {"street": "Elsewhere 1"})
        self.assertIn("Elsewhere 1", as_customer("jane@example.com").get("/account").body)
        number = order.rsplit("/", 1)[-1]
        self.wait_for_reports(session, 3)
        done = {event["action"]: event for event in world.events(session)}
        self.assertEqual(done["order_placed"]["document"], f"order:{number}")
        self.assertEqual((done["order_placed"]["admin"], done["order_placed"]["customer_id"]), ("anna", "1"))
        self.assertIn("address_changed", done)
        self.assertEqual(done["redeem"]["ip_address"], "127.0.0.1")
        csrf = browser.get("/").field("csrf")
        self.assertEqual(browser.post("/loginascustomer/end", {"csrf": csrf}).status, 303)
        self.assert_public(browser)
        self.assertEqual(ended(session), [("success", "left")])

    def test_the_customer_reads_who_was_there(self):
        browser, session = come_in()
        browser.get("/cart?add=2")
        number = browser.post("/checkout", {}).header("Location").rsplit("/", 1)[-1]
        self.wait_for_reports(session, 2)
        page = as_customer("jane@example.com").get("/loginascustomer/history")
        self.assertIn(f"an order was placed (order:{number})", page.body)
        self.assertIn("not over yet", page.body)
        self.assertNotIn("anna", page.body)

    def wait_for_reports(self, session, count):
        wanted = {"order_placed", "address_changed", "cart_changed"}
        for _ in range(50):
            rows = [event for event in world.events(session) if event["action"] in wanted]
            if len(rows) >= count:
                break
            time.sleep(0.1)
        self.assertEqual(len(rows), count, rows)

    def test_a_token_works_once(self):
        secret, _ = world.login("1")
        first, second = Browser(world.origin), Browser(world.origin)
        self.assertEqual(first.land(secret).status, 303)
        self.assertEqual(second.land(secret).status, 400)
        self.assert_public(second)

    def test_one_of_many_wins(self):
        secret, session = world.login("1")
        browsers = [Browser(world.origin) for _ in range(12)]
        forms = [browser.get(landing(secret)).field("csrf") for browser in browsers]
        answers = []

        def submit(browser, csrf):
            answers.append(browser.post(LANDING, {"secret": secret, "csrf": csrf}).status)

        threads = [threading.Thread(target=submit, args=pair) for pair in zip(browsers, forms)]
        [thread.start() for thread in threads], [thread.join() for thread in threads]
        self.assertEqual(sorted(answers), [303] + [400] * 11)
        self.assertEqual(len([e for e in world.events(session, "redeem") if e["result"] == "success"]), 1)

    def test_a_token_of_another_storefront_is_refused(self):
        secret, _ = world.login("1")
        other = world.lac("storefront", "add", "other", "--website", "base")["token"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{world.gateway_port}/v1/redeem", method="POST",
            data=json.dumps({"token": secret, "audience": "https://other.example"}).encode(),
            headers={"Authorization": f"Bearer {other}", "Content-Type": "application/json"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        self.assertEqual(json.load(refused.exception)["code"], "audience_mismatch")
        shop = world.start_shop(port=free_port(), SHOP_ORIGIN="https://other.example")
        self.assertEqual(Browser(f"http://127.0.0.1:{shop.port}").land(secret).status, 400)

    def test_a_session_that_ended_elsewhere_is_over_within_five_seconds(self):
        for how in [("session", "end"), ("consent", "revoke", "1"), ("config", "set", "login_as_customer/general/enabled", "no")]:
            with self.subTest(how):
                browser, session = come_in()
                self.assertTrue(browser.get("/").has_banner)
                world.lac(*how, *((session,) if how[0] == "session" else ()))
                time.sleep(5)
                self.assert_public(browser)
                world.lac("config", "set", "login_as_customer/general/enabled", "yes")
                world.lac("consent", "grant", "1")

    def test_read_only(self):
        browser, session = come_in("1", "--read-only")
        self.assertIn("(read only)", browser.get("/account").body)
        self.assertEqual(browser.post("/account/address", {"street": "Nowhere"}).status, 403)
        self.assertEqual(browser.get("/odd/write-on-get").status, 500)
        csrf = browser.get("/").field("csrf")
        self.assertEqual(browser.post("/loginascustomer/end", {"csrf": csrf}).status, 303)
        self.assertEqual(ended(session), [("success", "left")])

    def test_an_account_that_the_shop_cannot_open_is_unusable(self):
        for customer in ["4", "5"]:
            secret, session = world.login(customer)
            browser = Browser(world.origin)
            self.assertEqual(browser.land(secret).status, 400)
            self.assert_public(browser)
            self.assertEqual(ended(session), [("success", "unusable")])

    def test_the_shops_sign_out_ends_the_session(self):
        browser, session = come_in()
        browser.post("/logout", {})
        self.assert_public(browser)
        self.assertEqual(ended(session), [("success", "signed_out")])


class Consent(unittest.TestCase):
    def form(self, browser):
        return browser.get("/loginascustomer/consent").field("csrf")

    def test_the_checkbox_works_both_ways(self):
        world.lac("config", "set", "login_as_customer/general/shopping_assistance_checkbox_title", "Help <me>")
        browser = as_customer("john@example.com")
        page = browser.get("/loginascustomer/consent")
        self.assertIn("Help &lt;me&gt;</label>", page.body)
        self.assertIn("checked", page.body)
        self.assertEqual(browser.post("/loginascustomer/consent", {"granted": "1"}).status, 400, "without the form's token")
        for granted in [False, True]:
            fields = {"csrf": self.form(browser), **({"granted": "1"} if granted else {})}
            self.assertEqual(browser.post("/loginascustomer/consent", fields).status, 303)
            self.assertEqual(" checked" in browser.get("/loginascustomer/consent").body, granted)
            refused = world.lac("login", "2", "--check", check=False)
            self.assertEqual("consent_withheld" in str(refused), not granted)
        changes = [json.dumps(row) for row in self.history("2")]
        self.assertTrue(all('"source": "customer"' in row for row in changes[:2]), changes)

    def history(self, customer):
        answer = world.lac("consent", "history", customer)
        return answer if isinstance(answer, list) else next(rows for rows in answer.values() if isinstance(rows, list))

    def test_a_customer_whom_the_gateway_does_not_know_is_told_to_it(self):
        browser = as_customer("new@example.com")
        page = browser.get("/loginascustomer/consent")
        self.assertEqual(page.status, 200, page)
        self.assertNotIn(" checked", page.body)
        self.assertEqual(browser.post("/loginascustomer/consent", {"csrf": page.field("csrf"), "granted": "1"}).status, 303)
        _, session = world.login("new@example.com")
        world.lac("session", "end", session)

    def test_an_ask_is_answered_in_the_browser(self):
        browser = as_customer("eve@example.com")
        browser.post("/loginascustomer/consent", {"csrf": self.form(browser)})
        world.lac("consent", "ask", "3", "--for", "24h", "--ticket", "ZD-9")
        page = browser.get("/loginascustomer/consent")
        self.assertIn("Support of Main &lt;Website&gt; asks to open your account for up to 24 hours (ticket ZD-9).", page.body)
        self.assertNotIn("anna", page.body)
        fields = {"csrf": page.field("csrf"), "ask": page.field("ask")}
        self.assertEqual(browser.post("/loginascustomer/consent", {**fields, "decision": "maybe"}).status, 400)
        self.assertEqual(browser.post("/loginascustomer/consent", {**fields, "decision": "allow"}).status, 303)
        page = browser.get("/loginascustomer/consent")
        self.assertNotIn('id="lac-ask"', page.body)
        self.assertIn("Allowed until", page.body)
        _, session = world.login("3")
        world.lac("session", "end", session)

    def test_an_agent_sees_and_changes_nothing_of_it(self):
        browser, _ = come_in()
        csrf = browser.get("/").field("csrf")
        for answer in [browser.get("/loginascustomer/consent"), browser.get("/loginascustomer/history"),
                       browser.post("/loginascustomer/consent", {"csrf": csrf}),
                       browser.post("/loginascustomer/consent", {"csrf": csrf, "ask": "1", "decision": "allow"})]:
            self.assertEqual(answer.status, 403)
            self.assertNotIn("Help", answer.body)


class Tls(unittest.TestCase):
    def test_the_gateways_certificate_is_checked(self):
        key, certificate = world.home / "key.pem", world.home / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        key.chmod(0o600)
        gateway = world.serve("--tls-cert", str(certificate), "--tls-key", str(key))
        url = f"https://localhost:{gateway.port}"
        for more, status in [({}, 400), ({"LAC_CA_FILE": str(certificate)}, 303)]:
            shop = world.start_shop(port=free_port(), LAC_URL=url, **more)
            secret, _ = world.login("1")
            browser = Browser(f"http://127.0.0.1:{shop.port}")
            page = browser.get(landing(secret))
            if page.status == 200:
                page = browser.post(LANDING, {"secret": secret, "csrf": page.field("csrf")}, headers={"Origin": world.origin})
            self.assertEqual(page.status, status, page)
            shop.stop()
        gateway.stop()


class Stopped(unittest.TestCase):
    """Last: the gateway is stopped, and comes back."""

    def test_with_the_gateway_stopped_nobody_comes_in_and_sessions_end_and_reports_wait(self):
        browser, session = come_in()
        world.gateway.stop()
        browser.post("/account/address", {"street": "While it was away"})
        other = Browser(world.origin)
        self.assertEqual(other.get(landing("x.y.z")).status, 400)
        time.sleep(4.1)
        page = browser.get("/")
        self.assertIn("Hello, guest", page.body)
        secret, _ = world.login("1")
        self.assertNotEqual(Browser(world.origin).land(secret).status, 303)
        self.assertEqual([e for e in world.events(session) if e["action"] == "address_changed"], [])
        world.start_gateway()
        self.assertEqual(world.send_reports(), 0, "what waited is sent by the command that cron runs")
        [event] = [e for e in world.events(session) if e["action"] == "address_changed"]
        self.assertEqual(event["admin"], "anna")
        self.assertEqual(world.send_reports(), 0)
        self.assertEqual(len([e for e in world.events(session) if e["action"] == "address_changed"]), 1)


if __name__ == "__main__":
    unittest.main()
