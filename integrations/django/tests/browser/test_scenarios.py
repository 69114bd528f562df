"""Scenarios 19 to 29 of the original's acceptance suite, on django-oscar in Chromium.

Each runs on a phone in the dark and on a desktop in the light, with a real gateway.
"""

import time
import unittest

from playwright.sync_api import sync_playwright

from tests.support.gateway import Lac, stop
from tests.support.shop import Shop

from .people import Person, axe, chromium

LENA = "lena.ortiz@example.com"
TOM = "tom.baker@example.com"
HOTEL = "office@hotel-alder.example"
STAFF = "staff@example.com"
LAMP = "/catalogue/reading-lamp_1/"
BLANKET = "/catalogue/wool-blanket_4/"
TITLE = "login_as_customer/general/shopping_assistance_checkbox_title"
TOOLTIP = "login_as_customer/general/shopping_assistance_checkbox_tooltip"


def setUpModule():
    """One shop, one store and one browser for all scenarios."""
    global shop, lac, browser
    path = chromium()
    shop = Shop()
    lac = Lac({"base": ("Lantern & Loom", shop.origin + "/", "default")})
    unittest.addModuleCleanup(lac.remove)
    lac.start()
    shop.connect(lac)
    shop.manage("migrate", "--run-syncdb", "-v0")
    shop.manage("seed")
    shop.manage("check", "--fail-level", "WARNING", "--tag", "lac")
    shop.manage("lac_sync")
    unittest.addModuleCleanup(shop.stop)
    shop.start()
    playwright = sync_playwright().start()
    unittest.addModuleCleanup(playwright.stop)
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    unittest.addModuleCleanup(browser.close)
    for email in (LENA, TOM, HOTEL):
        lac("consent", "grant", email)


class Case(unittest.TestCase):
    width, scheme = 1440, "light"

    # Cookies of people who have signed in before, as their browsers have them.
    signed_in = {}

    def person(self, cookies=None):
        person = Person(browser, shop.origin, self.width, self.scheme, cookies)
        self.addCleanup(person.close)
        return person

    def customer(self, email=LENA):
        customer = self.person(self.signed_in.get(email))
        if email not in self.signed_in:
            customer.sign_in(email)
            self.signed_in[email] = customer.context.storage_state()
        return customer

    def agent(self, email=LENA, *arguments, person=None):
        """An agent in a session as the customer."""
        agent = person or self.person()
        agent.open_login_url(lac.login(email, *arguments))
        self.session = lac.session()["id"]
        self.assertIn("/accounts/", agent.page.url)
        return agent

    def events(self, action):
        """Events of this session in the log, with agent and customer."""
        events = lac.log(session_id=self.session, action=action)
        self.assertTrue(all(event["admin"] == "anna" and event["customer_email"] for event in events))
        return events

    def assertAccessible(self, person, selector):
        self.assertEqual(axe(person.page, selector), [], person.page.url)

    def assertPublic(self, person):
        person.go("/catalogue/")
        self.assertEqual(person.banner.count(), 0)
        person.go("/accounts/profile/")
        self.assertIn("/accounts/login/", person.page.url)


class Scenarios:
    def test_19_the_banner_is_on_every_page_of_the_session(self):
        agent = self.agent()
        agent.put_into_basket(LAMP)
        pages = [
            "/", "/catalogue/", "/catalogue/category/lamps_1/", LAMP, "/search/?q=lamp", "/basket/", "/accounts/profile/",
            "/accounts/profile/edit/", "/accounts/orders/", "/accounts/addresses/", "/accounts/addresses/add/",
            "/accounts/wishlists/", "/accounts/alerts/", "/accounts/notifications/inbox/", "/accounts/newsletter/",
            "/checkout/shipping-address/", "/offers/", "/no-such-page/", "/accounts/change-password/",
        ]
        for page in pages:
            agent.go(page)
            self.assertEqual(agent.banner.count(), 1, page)
            self.assertTrue(agent.banner.is_visible(), page)
        self.assertEqual(agent.errors, [])
        visitor = self.person()
        visitor.go("/catalogue/")
        self.assertEqual(visitor.banner.count(), 0)

    def test_20_the_banner_names_customer_and_website(self):
        agent = self.agent()
        self.assertEqual(agent.text("#lac-banner .lac-text"), "You are connected as Lena Ortiz on Lantern & Loom")
        self.assertEqual(agent.banner.get_attribute("role"), "status")
        self.assertAccessible(agent, "#lac-banner")
        agent.photograph("20-banner")

    def test_21_the_banner_stays_in_view_on_long_pages(self):
        agent = self.agent()
        agent.go("/accounts/addresses/add/")
        heading = agent.page.locator(".navbar").first.bounding_box()
        self.assertGreaterEqual(heading["y"], agent.banner.bounding_box()["height"] - 1, "it covers the page's top")
        agent.page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
        self.assertGreater(agent.page.evaluate("window.scrollY"), 200)
        box = agent.banner.bounding_box()
        self.assertEqual((box["x"], box["y"], box["width"]), (0, 0, self.width))
        self.assertTrue(agent.page.get_by_role("button", name="End session").is_visible())
        self.assertLessEqual(agent.page.evaluate("document.documentElement.scrollWidth"), self.width)
        agent.photograph("21-long-page")

    def test_22_account_changes_land_on_the_customer_s_account(self):
        agent = self.agent()
        agent.go("/accounts/profile/edit/")
        agent.page.fill("#id_last_name", f"Ortiz {self.width}")
        agent.press("Save", "#profile_form")
        self.addCleanup(self.rename, "Ortiz")
        customer = self.customer()
        customer.go("/accounts/profile/")
        self.assertTrue(customer.sees(f"Ortiz {self.width}"))
        (event,) = self.events("account_changed")
        self.assertEqual(event["details"]["summary"], "Changed: last name")

    def rename(self, name):
        customer = self.customer()
        customer.go("/accounts/profile/edit/")
        customer.page.fill("#id_last_name", name)
        customer.press("Save", "#profile_form")

    def test_23_address_changes_too(self):
        agent = self.agent()
        agent.go("/accounts/addresses/add/")
        values = {"first_name": "Lena", "last_name": "Ortiz", "line1": f"Quay {self.width}", "line4": "Hull", "postcode": "HU1 1AA"}
        for name, value in values.items():
            agent.page.fill(f"#id_{name}", value)
        agent.page.select_option("#id_country", "GB")
        agent.press("Save", ".page")
        customer = self.customer()
        customer.go("/accounts/addresses/")
        self.assertTrue(customer.sees(f"Quay {self.width}"))
        self.assertEqual(len(self.events("address_changed")), 1)

    def test_24_newsletter_and_wish_list_too(self):
        # A customer who has no wish list yet, because Oscar has another button for the second.
        email = TOM if self.width > 600 else HOTEL
        agent = self.agent(email)
        agent.go("/accounts/newsletter/")
        box = agent.page.locator("[name=subscribed]")
        wanted = not box.is_checked()
        box.set_checked(wanted)
        agent.press("Save", ".page")
        agent.go(LAMP if self.width > 600 else BLANKET)
        agent.press("Add to wish list")
        customer = self.customer(email)
        customer.go("/accounts/newsletter/")
        self.assertEqual(customer.page.locator("[name=subscribed]").is_checked(), wanted)
        customer.go("/accounts/wishlists/")
        customer.click(customer.page.locator("table a").first)
        title = "Reading lamp" if self.width > 600 else "Wool blanket"
        self.assertTrue(customer.sees(title))
        summaries = [event["details"]["summary"] for event in self.events("other")]
        self.assertIn(f"Wish list: {title}, added", summaries)
        self.assertIn("Newsletter: " + ("subscribed" if wanted else "unsubscribed"), summaries)

    def test_25_orders_carry_both_comments_also_with_several_addresses(self):
        agent = self.agent()
        staff = self.customer(STAFF)
        customer = self.customer()
        for town in ("Bristol", "Plymouth"):
            agent.put_into_basket(LAMP)
            number = agent.order(town)
            self.assertComments(number, staff, customer)
        agent.go(f"/accounts/orders/{number}/")
        agent.photograph("25-order", full_page=True)

    def assertComments(self, number, staff, customer):
        """One for the customer, without a name; one for staff, with it; and the log."""
        customer.go(f"/accounts/orders/{number}/")
        self.assertTrue(customer.sees("Order Placed by Store Administrator"))
        self.assertFalse(customer.sees("Anna"))
        staff.go(f"/dashboard/orders/{number}/#notes")
        self.assertIn("Order Placed by Anna Agent using Login as Customer", staff.page.content())
        events = [event for event in self.events("order_placed") if event["document"] == f"order:{number}"]
        self.assertEqual(len(events), 1)

    def test_26_a_reorder_too(self):
        agent = self.agent()
        agent.go("/accounts/orders/")
        first = agent.page.locator("table a[href*='/orders/']").last.get_attribute("href")
        agent.go(first)
        agent.press("Re-order all items")
        number = agent.order("Bristol")
        self.assertComments(number, self.customer(STAFF), self.customer())

    def test_27_the_guest_s_basket_is_not_merged(self):
        person = self.person()
        person.put_into_basket(BLANKET)
        self.assertIn("Wool blanket", person.basket())
        agent = self.agent(TOM, person=person)
        self.assertNotIn("Wool blanket", agent.basket())
        customer = self.customer(TOM)
        self.assertNotIn("Wool blanket", customer.basket())
        agent.press("End session")
        self.assertIn("Wool blanket", agent.basket())

    def test_28_the_customer_s_own_prices(self):
        visitor = self.person()
        visitor.go(LAMP)
        self.assertTrue(visitor.sees("€49.00"))
        agent = self.agent(HOTEL)
        agent.go(LAMP)
        self.assertTrue(agent.sees("€39.20"))
        agent.put_into_basket(LAMP)
        agent.go("/basket/")
        self.assertTrue(agent.sees("€39.20"))

    def test_29_the_checkbox_is_the_website_s_and_the_choice_sticks(self):
        lac("config", "set", TITLE, "Let us help you", "--scope", "website:base")
        lac("config", "set", TOOLTIP, "Staff of Lantern & Loom can then see your account.", "--scope", "website:base")
        customer = self.customer(TOM)
        customer.go("/loginascustomer/consent")
        box = customer.page.get_by_role("checkbox", name="Let us help you", exact=True)
        self.assertEqual(box.get_attribute("title"), "Staff of Lantern & Loom can then see your account.")
        self.assertTrue(customer.sees("Staff of Lantern & Loom can then see your account."))
        self.assertTrue(box.is_checked())
        self.assertAccessible(customer, ".lac-main")
        for wanted, action in ((False, "revoke"), (True, "grant")):
            customer.page.get_by_role("checkbox").set_checked(wanted)
            customer.press("Save", ".lac-main")
            customer.go("/loginascustomer/consent")
            self.assertEqual(customer.page.get_by_role("checkbox").is_checked(), wanted)
            event = lac.log(action_group="consent", customer_email=TOM)[-1]
            self.assertEqual((event["action"], event["details"]["source"]), (action, "customer"))
            self.assertEqual(lac("login", TOM, "--check", check=False).returncode == 0, wanted)
        customer.photograph("29-consent", full_page=True)


class Beyond:
    """What the scenarios do not name and the shop's side promises."""

    def test_the_landing_is_for_staff_and_ends_who_was_there(self):
        person = self.person()
        person.sign_in(TOM)
        url = lac.login(LENA)
        response = person.go(url)
        self.assertEqual(response.headers["referrer-policy"], "strict-origin")
        self.assertTrue(person.sees("For staff"))
        self.assertTrue(person.sees("tom"))
        self.assertAccessible(person, "html")
        person.photograph("landing")
        self.assertEqual(lac.session()["state"], "issued", "looking spends nothing")
        person.press("Open the customer's account")
        self.assertIn("Lena Ortiz", person.text("#lac-banner"))
        other = self.person()
        other.open_login_url(url)
        self.assertTrue(other.sees("This login link cannot be used"))
        self.assertAccessible(other, "html")
        other.photograph("error")
        self.assertPublic(other)

    def test_it_starts_on_the_order(self):
        customer = self.customer()
        customer.go("/accounts/orders/")
        number = customer.page.locator("table a[href*='/orders/']").last.inner_text().strip()
        agent = self.person()
        agent.open_login_url(lac("login", "--order", number))
        self.assertTrue(agent.page.url.endswith(f"/accounts/orders/{number}/"), agent.page.url)

    def test_the_banner_s_way_out(self):
        agent = self.agent()
        agent.press("End session")
        self.assertPublic(agent)
        self.assertEqual((lac.session()["state"], lac.session()["end_cause"]), ("ended", "left"))
        agent.page.go_back()
        self.assertEqual(agent.banner.count(), 0)

    def test_an_end_in_the_terminal(self):
        agent = self.agent()
        lac("session", "end")
        time.sleep(2.1)
        self.assertPublic(agent)

    def test_consent_withdrawn_by_the_customer(self):
        agent = self.agent(TOM)
        customer = self.customer(TOM)
        customer.go("/loginascustomer/consent")
        customer.page.get_by_role("checkbox").set_checked(False)
        customer.press("Save", ".lac-main")
        self.addCleanup(lac, "consent", "grant", TOM)
        time.sleep(2.1)
        self.assertPublic(agent)

    def test_oscar_s_sign_out(self):
        agent = self.agent()
        agent.go("/accounts/logout/")
        self.assertPublic(agent)
        self.assertEqual((lac.session()["state"], lac.session()["end_cause"]), ("ended", "signed_out"))

    def test_what_belongs_to_the_customer_is_closed(self):
        agent = self.agent()
        for page in ("/loginascustomer/consent", "/loginascustomer/history", "/accounts/change-password/", "/accounts/profile/delete/"):
            self.assertEqual(agent.go(page).status, 403)
            self.assertTrue(agent.sees("Only the customer can do this"))
        self.assertAccessible(agent, ".lac-main")
        agent.photograph("closed")

    def test_a_read_only_session(self):
        agent = self.agent(LENA, "--read-only")
        self.assertIn("read-only", agent.text("#lac-banner"))
        agent.go(LAMP)
        agent.press("Add to basket", "#add_to_basket_form")
        self.assertTrue(agent.sees("This session is read-only"))
        agent.photograph("read-only")

    def test_a_question_is_answered_in_the_browser(self):
        lac("consent", "revoke", HOTEL, "-y")
        self.addCleanup(lac, "consent", "grant", HOTEL)
        waiting = lac.wait("login", HOTEL, "--ticket", "ZD-4711", "--wait-for-consent", "2m")
        self.addCleanup(stop, waiting)
        customer = self.customer(HOTEL)
        for _ in range(40):
            customer.go("/loginascustomer/consent")
            if customer.sees("ZD-4711"):
                break
            time.sleep(0.5)
        self.assertTrue(customer.sees("May we log in to your account?"))
        self.assertFalse(customer.sees("Anna"))
        self.assertAccessible(customer, ".lac-main")
        customer.photograph("question", full_page=True)
        customer.press("Allow", ".lac-main")
        self.assertTrue(customer.sees("You have allowed it"))
        url, messages = waiting.communicate(timeout=60)
        self.assertEqual(waiting.returncode, 0, messages)
        agent = self.person()
        agent.open_login_url(url.strip())
        self.assertIn("Hotel Alder", agent.text("#lac-banner"))

    def test_the_customer_sees_who_was_there(self):
        agent = self.agent(HOTEL)
        agent.put_into_basket(LAMP)
        agent.press("End session")
        customer = self.customer(HOTEL)
        customer.go("/loginascustomer/history")
        self.assertTrue(customer.sees("Basket changed"))
        self.assertFalse(customer.sees("Anna"))
        self.assertAccessible(customer, ".lac-main")
        customer.photograph("history", full_page=True)


class DesktopInTheLight(Scenarios, Beyond, Case):
    width, scheme = 1440, "light"


class PhoneInTheDark(Scenarios, Case):
    width, scheme = 390, "dark"


class Looks(Case):
    """The kit's own pages at the other looks: accessible, and no wider than the screen."""

    def test_pages(self):
        for self.width, self.scheme in ((390, "light"), (390, "dark"), (1440, "dark")):
            with self.subTest(width=self.width, scheme=self.scheme):
                self.look_around()

    def look_around(self):
        agent = self.person()
        agent.go(lac.login(LENA))
        self.check(agent, "landing", "html")
        agent.press("Open the customer's account")
        self.check(agent, "20-banner", "#lac-banner")
        agent.go("/accounts/change-password/")
        self.check(agent, "closed", ".lac-main")
        agent.press("End session")
        agent.go("/loginascustomer/login/index?secret=spent")
        agent.press("Open the customer's account")
        self.check(agent, "error", "html")
        customer = self.customer()
        for page in ("consent", "history"):
            customer.go(f"/loginascustomer/{page}")
            self.check(customer, page, ".lac-main")

    def check(self, person, name, selector):
        self.assertAccessible(person, selector)
        self.assertLessEqual(person.page.evaluate("document.documentElement.scrollWidth"), self.width, name)
        person.photograph(name, full_page=True)
