"""The banner, and what caches may do with pages that have it."""

import gzip
import re
from pathlib import Path

from django.test import modify_settings, override_settings

import lac_django
from plain.models import Visit
from tests.support.cases import Browser, KitCase
from tests.support.stub import SESSION

HEAD = b'<div id="lac-banner" role="status">'


@override_settings(ROOT_URLCONF="tests.kit.pages")
class Banner(KitCase):
    def setUp(self):
        super().setUp()
        self.land()

    def has_banner(self, path):
        response = self.browser.get(path)
        self.assertEqual(response.content.count(HEAD), 1, path)
        return response

    def has_none(self, path):
        response = self.browser.get(path)
        self.assertNotIn(b"lac-banner", b"".join(response) if response.streaming else response.content)
        return response

    def test_it_is_on_every_html_page(self):
        for path in ("/", "/me/", "/page/", "/upper/", "/teapot/", "/missing/", "/forbidden/", "/me/secret/", "/nowhere/"):
            self.has_banner(path)

    def test_it_is_at_the_end_of_the_body(self):
        for path in ("/page/", "/twice/"):
            content = self.has_banner(path).content
            self.assertTrue(content.endswith(b"</div></body></html>"), content)

    def test_it_is_not_in_fragments_streams_compressed_bodies_text_and_data(self):
        for path in ("/fragment/", "/stream/", "/text/", "/data/", "/moved/", "/file/"):
            self.has_none(path)
        self.assertNotIn(b"lac-banner", gzip.decompress(self.browser.get("/zipped/").content))

    def test_it_names_customer_and_website(self):
        page = self.has_banner("/page/").content.decode()
        text = re.sub(r"<[^>]+>", "", page[page.index("<div id") :])
        self.assertIn("You are connected as Ada Byron on Book Room Berlin", text)

    def test_a_name_cannot_turn_the_rest_round(self):
        self.land(customer={"id": "1", "email": "ada@example.com", "name": "Ada \u202enoryB", "website": "books_de"})
        self.assertContains(self.browser.get("/page/"), "<bdi>Ada \u202enoryB</bdi>")

    def test_without_a_name_it_shows_the_address(self):
        for name in ("", "  ", None):
            self.land(customer={"id": "1", "email": "ada@example.com", "name": name, "website": "books_de"})
            self.assertContains(self.browser.get("/page/"), "<strong><bdi>ada@example.com</bdi></strong>")

    def test_names_are_escaped(self):
        self.land(
            customer={"id": "1", "email": "a@b.c", "name": "<img src=x onerror=alert(1)>", "website": "books_de"},
            website_name="A & B</div>",
        )
        page = self.has_banner("/page/")
        self.assertNotContains(page, "<img")
        self.assertContains(page, "A &amp; B&lt;/div&gt;")

    def test_it_keeps_the_page_s_encoding_and_length(self):
        self.land(customer={"id": "1", "email": "a@b.c", "name": "Zoë ☃", "website": "books_de"})
        self.assertIn("Zoë &#9731;".encode("latin-1"), self.has_banner("/latin/").content)
        response = self.has_banner("/length/")
        self.assertEqual(int(response["Content-Length"]), len(response.content))

    def test_it_needs_no_inline_style_or_script(self):
        page = self.has_banner("/page/").content.decode()
        banner = page[page.index("<div id") :]
        self.assertNotRegex(banner, r"<style|<script|\sstyle=|\son\w+=")
        self.assertIn('href="/loginascustomer/lac.css"', banner)
        self.assertIn(b'nonce="bm9uY2U"', self.has_banner("/nonce/").content)

    def test_its_style_comes_from_the_shop_itself_and_stays_in_view(self):
        style = self.browser.get("/loginascustomer/lac.css")
        self.assertEqual(style["Content-Type"], "text/css; charset=utf-8")
        self.assertIn(b"position: fixed", style.content)
        self.assertNotIn(b"url(", style.content)
        source = Path(lac_django.__file__).parent / "lac.css"
        self.assertEqual(style.content, source.read_bytes())

    def test_its_style_can_be_kept(self):
        self.assertEqual(self.browser.get("/loginascustomer/lac.css")["Cache-Control"], "public, max-age=3600")

    def test_a_template_can_place_it(self):
        self.assertIn(b"<header><div id", self.has_banner("/own-place/").content)
        self.assertNotContains(Browser().get("/own-place/"), "lac-banner")

    def test_its_button_works_from_the_page(self):
        page = self.has_banner("/page/").content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        response = self.browser.post(
            "/loginascustomer/end", {"csrfmiddlewaretoken": token}, headers={"origin": "http://localhost"}
        )
        self.assertEqual(response.status_code, 303)

    def test_nobody_else_has_it(self):
        self.assertNotContains(Browser().get("/page/"), "lac-banner")
        customer = Browser()
        customer.force_login(self.ada)
        self.assertNotContains(customer.get("/page/"), "lac-banner")


@override_settings(ROOT_URLCONF="tests.kit.pages")
class Caches(KitCase):
    def test_nothing_of_the_session_may_be_kept_by_others(self):
        self.land()
        for path in ("/page/", "/public/", "/data/", "/fragment/", "/stream/", "/missing/", "/moved/"):
            response = self.browser.get(path)
            self.assertEqual(response["Cache-Control"], "private, no-store", path)
            self.assertIn("Cookie", response["Vary"])
            self.assertFalse(response.has_header("ETag"))

    def test_the_setting_allows_the_browser_to_keep_pages(self):
        self.land(disable_page_cache=False)
        self.assertEqual(self.browser.get("/public/")["Cache-Control"], "private, no-cache")

    def test_the_shop_s_page_cache_never_holds_a_banner(self):
        self.land()
        self.assertContains(self.browser.get("/cached/"), "lac-banner")
        self.assertNotContains(Browser().get("/cached/"), "lac-banner")
        self.assertContains(self.browser.get("/cached/"), "lac-banner")

    def test_a_page_that_the_browser_has_kept_is_shown_anew(self):
        guest = self.browser.get("/etag/")
        self.assertEqual(self.browser.get("/etag/", headers={"if-none-match": guest["ETag"]}).status_code, 304)
        self.land()
        response = self.browser.get("/etag/", headers={"if-none-match": guest["ETag"]})
        self.assertContains(response, "lac-banner")

    # It looks at the session for every page, so that each varies by cookie.
    @modify_settings(MIDDLEWARE={"remove": "django.contrib.auth.middleware.LoginRequiredMiddleware"})
    def test_guests_pages_stay_as_they_are(self):
        response = Browser().get("/public/")
        self.assertEqual(response["Cache-Control"], "public, max-age=600")
        self.assertNotIn("Cookie", response.get("Vary", ""))

    def test_the_browser_forgets_at_landing_and_end(self):
        self.assertEqual(self.land()["Clear-Site-Data"], '"cache"')
        self.assertFalse(self.browser.get("/page/").has_header("Clear-Site-Data"))
        self.assertEqual(self.post("/loginascustomer/end")["Clear-Site-Data"], '"cache"')

    def test_a_stream_takes_the_session_s_limits_along(self):
        self.land(read_only=True)
        with self.assertRaises(Exception) as raised:
            b"".join(self.browser.get("/writing-stream/"))
        self.assertIn("cannot change anything", str(raised.exception))
        self.assertFalse(Visit.objects.exists())
        self.stub.sessions[SESSION]["state"] = "ended"
