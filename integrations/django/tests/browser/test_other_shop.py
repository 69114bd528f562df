"""The same loop in a shop with other customers, websites and templates, without Oscar.

Its page is a flex container as high as the window, with a header that sticks to
the top: a banner that only sticks would leave the view there.
"""

import time
import unittest

from playwright.sync_api import sync_playwright

from tests.support.gateway import Lac
from tests.support.shop import Shop

from .people import Person, axe, chromium

MEMBERS = """
from plain.models import Member
for number, mail, name, website in (
    ("D-1", "dora@example.com", "Dora Günther", "books_de"), ("F-2", "fleur@example.com", "", "books_fr")
):
    Member.objects.create_user(number, mail, "book-worm", shown_name=name, website=website)
"""


def setUpModule():
    global shop, lac, browser
    path = chromium()
    shop = Shop("plain.settings")
    paris = f"http://localhost:{shop.port}"
    lac = Lac(
        {
            "books_de": ("Book Room Berlin", shop.origin + "/", "de"),
            "books_fr": ("Book Room Paris", paris + "/", "fr"),
        }
    )
    unittest.addModuleCleanup(lac.remove)
    lac.start()
    shop.connect(lac)
    shop.manage("migrate", "-v0")
    shop.manage("shell", "-v0", "-c", MEMBERS)
    shop.manage("lac_sync")
    unittest.addModuleCleanup(shop.stop)
    shop.start()
    playwright = sync_playwright().start()
    unittest.addModuleCleanup(playwright.stop)
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    unittest.addModuleCleanup(browser.close)


class OtherShop(unittest.TestCase):
    def person(self, width=390, scheme="light", origin=None):
        person = Person(browser, origin or shop.origin, width, scheme)
        self.addCleanup(person.close)
        return person

    def test_the_loop_on_two_websites(self):
        for number, who, website, host in (
            ("1", "Dora Günther", "Book Room Berlin", "127.0.0.1"),
            ("2", "fleur@example.com", "Book Room Paris", "localhost"),
        ):
            with self.subTest(website):
                origin = f"http://{host}:{shop.port}"
                customer = self.person(origin=origin)
                customer.go("/in/")
                customer.page.fill("#id_username", "D-1" if number == "1" else "F-2")
                customer.page.fill("#id_password", "book-worm")
                customer.press("Sign in", "main")
                customer.go("/loginascustomer/consent")
                customer.page.get_by_role("checkbox").check()
                customer.press("Save", "main")
                self.assertEqual(axe(customer.page, "main"), [])
                customer.photograph(f"other-consent-{number}")
                agent = self.person(1440, "dark", origin=origin)
                agent.open_login_url(lac.login(number))
                self.assertEqual(agent.page.url, origin + "/me/")
                self.assertEqual(agent.text("#lac-banner .lac-text"), f"You are connected as {who} on {website}")
                agent.press("Borrow", "main")
                self.assertTrue(agent.sees("Volume 1"))
                self.assertEqual(lac.log(session_id=lac.session()["id"], action="other")[0]["customer_id"], number)
                lac("session", "end")
                time.sleep(2.1)
                agent.go("/me/")
                self.assertIn("/in/", agent.page.url)

    def test_the_banner_stays_in_view_whatever_the_layout(self):
        lac("consent", "grant", "1")
        for width in (390, 1440):
            agent = self.person(width)
            agent.open_login_url(lac.login(1))
            agent.go("/shelf/")
            agent.page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
            self.assertGreater(agent.page.evaluate("window.scrollY"), 1000)
            self.assertEqual(agent.banner.bounding_box()["y"], 0)
            # What is seen at its place is the banner, not the shop's own header.
            seen = agent.page.evaluate("document.elementFromPoint(5, 5).closest('#lac-banner') !== null")
            self.assertTrue(seen)
            self.assertEqual(axe(agent.page, "#lac-banner"), [])
            agent.photograph("other-long-page")
