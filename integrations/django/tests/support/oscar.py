"""Test cases of the django-oscar shop with a stub of the gateway."""

import re

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client, TransactionTestCase, override_settings
from oscar.core.loading import get_model

from .cases import LANDING, SECRET, token_file
from .stub import Stub

ORIGIN = "http://127.0.0.1"
Basket = get_model("basket", "Basket")
Order = get_model("order", "Order")
OrderNote = get_model("order", "OrderNote")
Product = get_model("catalogue", "Product")
UserAddress = get_model("address", "UserAddress")


class Browser(Client):
    def __init__(self):
        super().__init__(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")

    def send(self, path, **data):
        """Posts a form with the CSRF token that the browser has."""
        if "csrftoken" not in self.cookies:
            self.get(LANDING, {"secret": SECRET})
        data["csrfmiddlewaretoken"] = self.cookies["csrftoken"].value
        return self.post(path, data, headers={"origin": ORIGIN})


class OscarCase(TransactionTestCase):
    """Lena is the customer whom agents open; the hotel is a trade customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stub = Stub()
        cls.addClassCleanup(cls.stub.stop)

    def setUp(self):
        self.stub.reset()
        changed = override_settings(
            LAC=settings.LAC | {"URL": self.stub.url, "TOKEN_FILE": token_file(), "ORIGIN": ORIGIN}
        )
        changed.enable()
        self.addCleanup(changed.disable)
        call_command("seed", stdout=open("/dev/null", "w"))
        users = get_user_model().objects
        self.lena = users.get(first_name="Lena")
        self.hotel = users.get(first_name="Hotel")
        self.lamp = Product.objects.get(upc="LAMP-1")
        self.blanket = Product.objects.get(upc="WOOL-1")
        self.agent = Browser()

    def land(self, user=None, **answer):
        user = user or self.lena
        self.stub.next_redeem = {
            "customer": {"id": str(user.pk), "email": user.email, "name": user.get_full_name(), "website": "base"},
            "website": "base",
            "website_name": "Lantern & Loom",
        } | answer
        self.agent.get(LANDING, {"secret": SECRET})
        response = self.agent.send(LANDING, secret=SECRET)
        self.assertEqual(response.status_code, 303)
        self.stub.calls.clear()
        return response

    def add(self, product, browser=None, quantity=1):
        response = (browser or self.agent).send(f"/basket/add/{product.pk}/", quantity=quantity)
        self.assertEqual(response.status_code, 302)

    def check_out(self, browser=None, address=None):
        """Goes through Oscar's checkout to an order, and returns it."""
        browser = browser or self.agent
        address = address or self.lena.addresses.first()
        browser.get("/checkout/")
        browser.send("/checkout/shipping-address/", action="ship_to", address_id=address.pk)
        browser.get("/checkout/shipping-method/")
        browser.get("/checkout/payment-method/")
        self.assertEqual(browser.get("/checkout/payment-details/").status_code, 200)
        self.assertEqual(browser.send("/checkout/preview/").status_code, 200)
        response = browser.send("/checkout/preview/", action="place_order")
        self.assertEqual(response.status_code, 302, re.sub(r"\s+", " ", response.content.decode())[-3000:])
        return Order.objects.order_by("-pk").first()

    def reports(self):
        return [
            (action["action"], action.get("document"), action.get("summary"))
            for body in self.stub.bodies("/actions")
            for action in body["actions"]
        ]
