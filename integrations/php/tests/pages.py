"""Landing page, banner, caches and guards. The gateway is one that says yes, so that all refusals are the kit's own."""

import json
import pathlib
import re
import subprocess
import threading
import time
import unittest
from urllib.parse import urlencode

from misbehaving import ACTIVE, redeemed
from support import HERE, LANDING, Browser, Fake, World, free_port, landing


def setUpModule():
    global world, fake, proxied
    world = World()
    fake = Fake(world.lac("key", "jwks"))
    fake.answers |= {"check": (200, ACTIVE, 0), "end": (200, {}, 0)}
    world.start_shop(gateway=fake.port)
    proxied = world.start_shop(port=free_port(), gateway=fake.port, SHOP_PROXIES="1")


def come_in(**more):
    fake.answers["check"] = (200, {**ACTIVE, "read_only": more.get("read_only", False)}, 0)
    secret, session = world.login("1")
    fake.answers["redeem"] = (200, redeemed(session, **more), 0)
    browser = Browser(world.origin)
    answer = browser.land(secret)
    assert answer.status == 303, answer
    return browser


class Landing(unittest.TestCase):
    def setUp(self):
        fake.calls.clear()
        self.secret, self.session = world.login("1")
        fake.answers["redeem"] = (200, redeemed(self.session), 0)
        self.browser = Browser(world.origin)

    def assert_refused(self, answer, status=400, spent=0):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(fake.count("redeem"), spent)
        self.assertNotIn(self.secret, answer.body)
        self.assertEqual(answer.header("Location"), "")
        self.assertIn("Hello, guest", self.browser.get("/").body)

    def form(self):
        page = self.browser.get(landing(self.secret))
        return {"secret": self.secret, "csrf": page.field("csrf")}

    def test_get_head_and_prefetch_spend_nothing(self):
        for method, headers in [("GET", {}), ("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch;prerender"}), ("GET", {"Purpose": "preview"})]:
            answer = self.browser.send(method, landing(self.secret), headers=headers)
            self.assertEqual(answer.status, 200)
        self.assertEqual(fake.count("redeem"), 0)
        for method in ["PUT", "DELETE", "OPTIONS", "PATCH"]:
            self.assert_refused(self.browser.send(method, landing(self.secret)), 405)

    def test_the_page_is_for_staff_and_keeps_its_secret(self):
        page = self.browser.get(landing(self.secret))
        self.assertIn("for support staff only", page.body)
        self.assertEqual(page.body.count("<button"), 1)
        self.assertEqual(page.body.count(self.secret), 1, "in the form's field alone")
        self.assertEqual(page.header("Referrer-Policy"), "strict-origin")
        self.assertEqual(page.header("Cache-Control"), "no-store")
        self.assertIn("frame-ancestors 'none'", page.header("Content-Security-Policy"))
        self.assertIn("default-src 'none'", page.header("Content-Security-Policy"))
        self.assertEqual(page.header("X-Frame-Options"), "DENY")
        self.assertNotIn("<script", page.body)
        self.assertNotIn("style=", page.body)
        self.assertEqual(re.findall(r'(?:src|href|action)="([^"]*)"', page.body), ["/loginascustomer/style.css", LANDING])
        cookie = page.header("Set-Cookie")
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Lax", cookie)
        self.assertEqual(self.browser.get("/loginascustomer/style.css").header("Content-Type"), "text/css; charset=utf-8")

    def test_a_form_of_elsewhere_is_refused(self):
        for headers in [{"Origin": "null"}, {"Origin": "https://evil.example"}, {"Origin": None}, {"Origin": world.origin + ".evil.example"},
                        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]:
            with self.subTest(headers):
                self.assert_refused(self.browser.post(LANDING, self.form(), headers=headers))

    def test_a_form_without_this_sessions_token_is_refused(self):
        other = Browser(world.origin)
        foreign = other.get(landing(self.secret)).field("csrf")
        self.form()
        for csrf in ["", "0" * 64, foreign]:
            self.assert_refused(self.browser.post(LANDING, {"secret": self.secret, "csrf": csrf}))
        self.assert_refused(self.browser.post(LANDING, {"secret": self.secret}))
        self.assert_refused(self.browser.post(LANDING, {"secret": self.secret, "csrf[]": foreign}))
        self.browser.cookies.clear()
        self.assert_refused(self.browser.post(LANDING, {"secret": self.secret, "csrf": foreign}))

    def test_another_content_type_is_refused(self):
        form = self.form()
        for kind in ["application/json", "text/plain", ""]:
            body = f"secret={form['secret']}&csrf={form['csrf']}"
            self.assert_refused(self.browser.send("POST", LANDING, body=body, headers={"Content-Type": kind}))

    def test_a_token_that_is_not_valid_here_gets_no_button(self):
        header, claims, signature = self.secret.split(".")
        flipped = claims[:20] + ("A" if claims[20] != "A" else "B") + claims[21:]
        for broken in ["", "a.b.c", "x" * 10000, f"{header}.{flipped}.{signature}", f"{header}.{claims}.", f"{header}.{claims}.{signature[:-3]}AAA",
                       f"{header}.{claims}.{signature}.{signature}", "<script>alert(1)</script>", "\0", self.secret + "\n"]:
            with self.subTest(broken[:30]):
                page = self.browser.get(landing(broken))
                self.assertEqual(page.status, 400, page)
                self.assertNotIn("<form", page.body)
                self.assertNotIn("alert(1)", page.body)
        self.assertEqual(self.browser.get(f"{LANDING}?secret[]={self.secret}").status, 400)
        self.assertEqual(self.browser.get(LANDING).status, 400)

    def test_a_token_of_another_origin_or_website_gets_no_button(self):
        for env in [{"SHOP_ORIGIN": "https://other.example"}, {"LAC_WEBSITE": "other"}]:
            other = world.start_shop(port=free_port(), gateway=fake.port, **env)
            page = Browser(f"http://127.0.0.1:{other.port}").get(landing(self.secret))
            self.assertEqual(page.status, 400, page)
            other.stop()

    def test_the_shops_error_handlers_do_not_see_the_secret(self):
        seen = pathlib.Path(world.shop_env["SHOP_DB"] + ".seen")
        form = self.form()
        self.assertIn("/login/index", seen.read_text())
        self.assertNotIn(self.secret, seen.read_text())
        self.browser.post(LANDING, form)
        self.assertIn("[csrf]", seen.read_text())
        self.assertNotIn(self.secret, seen.read_text())

    def test_an_expired_token_gets_no_button(self):
        secret, _ = world.login("1", "--ttl", "1s")
        time.sleep(2)
        self.assertEqual(self.browser.get(landing(secret)).status, 400)

    def test_next_goes_nowhere(self):
        answer = self.browser.post(f"{LANDING}?next=https://evil.example", {**self.form(), "next": "https://evil.example", "return_url": "//evil.example"})
        self.assertEqual((answer.status, answer.header("Location")), (303, "/account"))
        for evil in ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: a=b", ""]:
            self.assertEqual(self.shop_redirect(evil), "/")
        self.assertEqual(self.shop_redirect("/orders/1?a=b"), "/orders/1?a=b")

    @staticmethod
    def shop_redirect(to):
        return Browser(world.origin).get(f"/odd/foreign-landing?{urlencode({'to': to})}").body

    def test_double_submit_redeems_what_the_gateway_lets_and_the_first_stays_in(self):
        form = self.form()
        before = dict(self.browser.cookies)
        answers = []

        def submit():
            browser = Browser(world.origin)
            browser.cookies |= before
            answers.append((browser.post(LANDING, form), browser))

        # What a gateway says to the second: the token is spent.
        fake.answers["redeem"] = (200, redeemed(self.session), 0.3)
        first = threading.Thread(target=submit)
        first.start()
        time.sleep(0.15)
        fake.answers["redeem"] = (409, {"code": "token_spent"}, 0)
        second = threading.Thread(target=submit)
        second.start()
        first.join(), second.join()
        self.assertEqual(sorted(answer.status for answer, _ in answers), [303, 400])
        won, lost = sorted(answers, key=lambda pair: pair[0].status)
        self.assertTrue(won[1].get("/").has_banner)
        self.assertEqual(lost[0].header("Set-Cookie"), "", "the loser's answer leaves the winner's cookie alone")
        self.assertFalse(lost[1].get("/").has_banner)

    def test_whoever_is_signed_in_is_signed_out(self):
        self.browser.get("/cart?add=1")
        self.browser.post("/login", {"email": "john@example.com", "password": "secret"})
        self.browser.cookies["remember"] = "me"
        before = self.browser.cookies["PHPSESSID"]
        self.browser.post(LANDING, self.form())
        page = self.browser.get("/")
        self.assertIn("Hello, jane@example.com", page.body)
        self.assertNotEqual(self.browser.cookies["PHPSESSID"], before)
        self.assertNotIn("remember", self.browser.cookies)
        old = Browser(world.origin)
        old.cookies["PHPSESSID"] = before
        self.assertIn("Hello, guest", old.get("/").body)

    def test_a_guests_cart_is_not_merged(self):
        self.browser.get("/cart?add=3")
        self.assertIn("product 3", self.browser.get("/cart").body)
        self.browser.post(LANDING, self.form())
        self.assertNotIn("product 3", self.browser.get("/cart").body)

    def test_a_second_landing_ends_the_first(self):
        self.browser.post(LANDING, self.form())
        first = self.session
        browser = self.browser
        self.setUp()
        self.browser = browser
        self.browser.post(LANDING, self.form())
        self.assertIn(("end", '{"cause":"left"}'), fake.calls)
        self.assertNotEqual(first, self.session)
        self.assertTrue(self.browser.get("/").has_banner)

    def test_the_browser_is_told_to_the_gateway(self):
        self.browser.post(LANDING, self.form(), headers={"User-Agent": "M\xe9\x01\x7f" + "x" * 400, "X-Forwarded-For": "203.0.113.9"})
        [body] = [body for name, body in fake.calls if name == "redeem"]
        self.assertIn('"client_ip":"127.0.0.1"', body)
        self.assertRegex(body, r'"user_agent":"M\?x{254}"')

    def test_behind_a_proxy_the_address_is_the_one_that_it_saw(self):
        for forwarded, told in [("203.0.113.9", "203.0.113.9"), ("6.6.6.6, 203.0.113.9", "203.0.113.9"), ("2001:db8::1", "2001:db8::1"),
                                ("6.6.6.6, nonsense", None), (None, "127.0.0.1")]:
            with self.subTest(forwarded):
                browser = Browser(f"http://127.0.0.1:{proxied.port}")
                fake.calls.clear()
                csrf = browser.get(landing(self.secret)).field("csrf")
                browser.post(LANDING, {"secret": self.secret, "csrf": csrf}, headers={"Origin": world.origin, "X-Forwarded-For": forwarded})
                [body] = [json.loads(body) for name, body in fake.calls if name == "redeem"]
                self.assertEqual(body["client_ip"], told)


class SettingsOfTheShop(unittest.TestCase):
    GOOD = {"url": "https://gateway.example", "tokenFile": "/t", "origin": "https://shop.example", "website": "base"}

    def result(self, **more):
        """The origin, or that these settings are refused."""
        code = """
            require $argv[1];
            try {
                $made = new Lac\\Storefront\\Settings(...json_decode($argv[2], true));
                echo $made->origin;
            } catch (Lac\\Storefront\\SettingsException) {
                echo "refused";
            }"""
        done = subprocess.run(["php", "-r", code, "--", str(HERE.parent / "autoload.php"), json.dumps({**self.GOOD, **more})],
                              text=True, capture_output=True, check=True)
        return done.stdout

    def test_unsafe_settings_are_refused(self):
        for bad in [{"url": "http://gateway.example"}, {"url": "gateway"}, {"url": "ftp://127.0.0.1"}, {"url": "http://127.0.0.1.evil.example"},
                    {"origin": "https://shop.example/"}, {"origin": "http://shop.example"}, {"origin": "*"}, {"website": ""}, {"basePath": "/de/"},
                    {"basePath": "//evil.example"}, {"checkEvery": 3}, {"staleAfter": 31}, {"staleAfter": 1}, {"timeout": 2.5}, {"trustedProxyCount": -1}]:
            with self.subTest(bad):
                self.assertEqual(self.result(**bad), "refused")
        for good, origin in [({}, "https://shop.example"), ({"origin": "HTTPS://Shop.example:443"}, "https://shop.example"),
                             ({"url": "http://[::1]:8420", "origin": "http://localhost:8000", "basePath": "/de"}, "http://localhost:8000")]:
            self.assertEqual(self.result(**good), origin)


class Pages(unittest.TestCase):
    def test_the_banner_is_on_every_page_and_nowhere_else(self):
        browser = come_in()
        for path in ["/", "/account", "/cart", "/orders/000000001", "/nowhere", "/account/password", "/odd/attributes", "/odd/no-body",
                     "/odd/length", "/odd/policy", "/odd/flushed", "/odd/large",
                     "/odd/large-script", "/odd/unclosed", "/odd/placed"]:
            with self.subTest(path):
                page = browser.get(path)
                self.assertEqual(page.body.count('<div id="lac-banner"'), 1, page)
                self.assertIn("/loginascustomer/style.css", page.body)
        for path in ["/odd/fragment", "/odd/json", "/odd/compressed", "/odd/stream"]:
            with self.subTest(path):
                page = browser.get(path)
                self.assertFalse(page.has_banner)
                self.assertNotIn("lac-banner", page.body)
                self.assertIn("private" if "no-store" not in page.header("Cache-Control") else "no-store", page.header("Cache-Control"))
        guest = Browser(world.origin)
        self.assertFalse(guest.get("/").has_banner)
        self.assertEqual(guest.get("/odd/fragment").body, "<li>one line</li>")

    def test_the_banner_stands_right_after_body(self):
        browser = come_in()
        page = browser.get("/odd/attributes").body
        self.assertRegex(page, r"<BODY data-x=\"a > b\" class='c'><link rel=\"stylesheet\" href=\"/loginascustomer/style.css\"/><div id=\"lac-banner\" role=\"status\">")
        self.assertRegex(browser.get("/odd/flushed").body, r'<body><link [^>]*><div id="lac-banner"')
        self.assertIn('class="lac-fixed"', browser.get("/odd/no-body").body)
        self.assertIn('nonce="r4nd0m"', browser.get("/odd/policy").body)
        self.assertNotIn("style=", re.search(r'<div id="lac-banner".*?</div>', page)[0])

    def test_names_are_escaped_and_an_empty_one_is_the_address(self):
        hostile = {"id": "1", "email": "e@example.com", "name": "<script>alert(1)</script>", "website": "base"}
        fake.answers["check"] = (200, ACTIVE, 0)
        for name, shown in [(hostile["name"], "&lt;script&gt;alert(1)&lt;/script&gt;"), ("", "e@example.com"), ("\u202eevil", "\u202eevil")]:
            secret, session = world.login("1")
            answer = redeemed(session)
            answer["customer"] = {**hostile, "name": name}
            answer["website_name"] = "<b>Shop</b>"
            fake.answers["redeem"] = (200, answer, 0)
            browser = Browser(world.origin)
            browser.land(secret)
            page = browser.get("/").body
            self.assertIn(f"<strong><bdi>{shown}</bdi></strong> on <bdi>&lt;b&gt;Shop&lt;/b&gt;</bdi>", page)
            self.assertNotIn("<script>alert", page)

    def test_no_page_of_the_session_is_kept(self):
        browser = come_in(disable_page_cache=True)
        page = browser.get("/odd/length", headers={"If-None-Match": '"one"', "If-Modified-Since": "Mon, 05 Oct 2026 12:00:00 GMT"})
        self.assertEqual(page.status, 200, "a page without the banner is not 'not modified'")
        self.assertEqual(page.header("Cache-Control"), "no-store")
        for name in ["ETag", "Last-Modified", "Expires"]:
            self.assertEqual(page.header(name), "")
        self.assertIn("Cookie", page.header("Vary"))
        page = come_in(disable_page_cache=False).get("/odd/length")
        self.assertEqual(page.header("Cache-Control"), "private, no-cache")
        self.assertEqual(Browser(world.origin).get("/odd/length").header("Cache-Control"), "public, max-age=600")

    def test_guards(self):
        browser = come_in()
        for method, path in [("GET", "/loginascustomer/consent"), ("POST", "/loginascustomer/consent"), ("GET", "/loginascustomer/history"),
                             ("GET", "/account/email"), ("POST", "/account/email"), ("POST", "/account/password"), ("GET", "/account/password/"),
                             ("POST", "/account//password"), ("POST", "/account/pass%77ord"), ("POST", "/account/./delete"), ("POST", "/ACCOUNT/delete")]:
            with self.subTest(f"{method} {path}"):
                fake.calls.clear()
                answer = browser.send(method, path, {"granted": "1"} if method == "POST" else None)
                self.assertEqual(answer.status, 403, answer)
                self.assertTrue(answer.has_banner)
                self.assertEqual([name for name, _ in fake.calls if name != "check"], [])
        self.assertEqual(browser.get("/account").status, 200)

    def test_read_only(self):
        browser = come_in(read_only=True)
        self.assertIn("(read only)", browser.get("/account").body)
        for method in ["POST", "PUT", "PATCH", "DELETE"]:
            answer = browser.send(method, "/account/address", {"street": "Elsewhere 1"})
            self.assertEqual(answer.status, 403, answer)
        self.assertEqual(browser.get("/cart?add=1").status, 403)
        self.assertNotIn("product 1", browser.get("/cart").body)
        # The database refuses what the shop forgot to ask about.
        self.assertEqual(browser.get("/odd/write-on-get").status, 500)
        self.assertNotIn("written", browser.get("/account").body)
        page = browser.get("/account")
        self.assertEqual(browser.post("/loginascustomer/end", {"csrf": page.field("csrf")}).status, 303)
        self.assertIn("Hello, guest", browser.get("/").body)

    def test_the_way_out(self):
        browser = come_in()
        csrf = browser.get("/").field("csrf")
        fake.calls.clear()
        self.assertEqual(browser.get("/loginascustomer/end").status, 405)
        self.assertEqual(browser.post("/loginascustomer/end", {}).status, 400)
        self.assertEqual(browser.post("/loginascustomer/end", {"csrf": csrf}, headers={"Origin": "https://evil.example"}).status, 400)
        self.assertTrue(browser.get("/").has_banner)
        out = browser.post("/loginascustomer/end", {"csrf": csrf})
        self.assertEqual((out.status, out.header("Location"), out.header("Clear-Site-Data")), (303, "/", '"cache"'))
        self.assertEqual([body for name, body in fake.calls if name == "end"], ['{"cause":"left"}'])
        self.assertIn("Hello, guest", browser.get("/").body)

    def test_the_shops_own_sign_out_ends_it(self):
        for path, method in [("/logout", "POST"), ("/odd/sign-out", "GET"), ("/odd/other-customer", "GET")]:
            with self.subTest(path):
                browser = come_in()
                fake.calls.clear()
                browser.send(method, path)
                browser.get("/")
                self.assertIn(("end", '{"cause":"signed_out"}'), fake.calls)
                self.assertIn("Hello, guest", browser.get("/").body)

    def test_a_visitor_without_a_session_gets_none(self):
        fake.calls.clear()
        self.assertEqual(Browser(world.origin).get("/odd/fragment").header("Set-Cookie"), "")
        self.assertEqual(fake.calls, [])


if __name__ == "__main__":
    unittest.main()
