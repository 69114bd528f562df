"""What people do in the example shop, in Chromium."""

import os
import shutil
import unittest
from pathlib import Path

PASSWORD = "lantern-and-loom"
SCREENSHOTS = os.environ.get("LAC_SCREENSHOTS")


def chromium():
    """The browser's path, or SkipTest with the reason."""
    for name in (os.environ.get("LAC_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        path = name and shutil.which(name)
        if path:
            return path
    raise unittest.SkipTest("there is no Chromium")


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, browser, origin, width, scheme, cookies=None):
        height = 844 if width < 600 else 900
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, storage_state=cookies
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.origin = origin
        self.look = f"{width}-{scheme}"
        self.errors = []
        # A policy that blocks the banner's style would be said here.
        self.page.on("console", lambda message: self.errors.append(message.text) if "Policy" in message.text else None)

    def close(self):
        self.context.close()

    def go(self, path):
        return self.page.goto(self.origin + path if path.startswith("/") else path, wait_until="domcontentloaded")

    def press(self, name, within="body"):
        self.click(self.page.locator(within).get_by_role("button", name=name, exact=True).first)

    def click(self, target):
        """Clicks on what leads to another page, and waits for that."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            target.click()

    def text(self, selector="body"):
        return self.page.locator(selector).first.inner_text()

    def sees(self, text):
        return text in self.text()

    @property
    def banner(self):
        return self.page.locator("#lac-banner")

    def sign_in(self, email):
        self.go("/accounts/login/")
        self.page.fill("#id_login-username", email)
        self.page.fill("#id_login-password", PASSWORD)
        self.click(self.page.locator("[name=login_submit]"))

    def open_login_url(self, url):
        self.go(url)
        self.press("Open the customer's account")

    def put_into_basket(self, product):
        self.go(product)
        self.press("Add to basket", "#add_to_basket_form")

    def basket(self):
        self.go("/basket/")
        return [item.inner_text().strip() for item in self.page.locator(".basket-items h3").all()]

    def order(self, address):
        """Orders what is in the basket, for the address in this town."""
        self.go("/checkout/shipping-address/")
        card = self.page.locator("div", has_text=address).filter(has=self.page.locator(".ship-address")).last
        self.click(card.locator(".ship-address"))
        self.go("/checkout/preview/")
        self.click(self.page.locator("#place-order"))
        assert self.page.url.endswith("/checkout/thank-you/"), self.page.url
        self.go("/accounts/orders/")
        number = self.page.locator("table a[href*='/orders/']").first.inner_text()
        return number.strip()

    def photograph(self, name, full_page=False):
        if SCREENSHOTS:
            Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}-{self.look}.png", full_page=full_page)


def axe(page, selector):
    """Violations of accessibility rules below a selector, in words."""
    source = os.environ.get("AXE_PATH")
    if not source:
        raise unittest.SkipTest("AXE_PATH names no axe.min.js (npm: axe-core)")
    # Through the debugger: the landing's policy allows no scripts.
    page.evaluate(Path(source).read_text() + "; undefined")
    found = page.evaluate("selector => axe.run(selector)", selector)
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]
    ]
