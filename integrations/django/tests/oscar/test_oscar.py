"""What django-oscar needs besides the kit."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.utils import timezone
from oscar.core.loading import get_model

from lac_django import sessions
from lac_django.models import AssistedOrder
from tests.support.oscar import Basket, Browser, Order, OrderNote, OscarCase, UserAddress
from tests.support.stub import SESSION, problem

ProductRecord = get_model("analytics", "ProductRecord")
WishList = get_model("wishlists", "WishList")


class Landing(OscarCase):
    def test_on_the_account_page(self):
        self.assertEqual(self.land()["Location"], "/accounts/")
        page = self.agent.get("/accounts/", follow=True)
        self.assertContains(page, "lac-banner")
        self.assertContains(page, "lena.ortiz@example.com")

    def test_on_the_order_from_which_it_started(self):
        order = self.lena.orders.get()
        response = self.land(document=f"order:{order.number}")
        self.assertEqual(response["Location"], f"/accounts/orders/{order.number}/")
        self.assertContains(self.agent.get(response["Location"]), "lac-banner")

    def test_not_on_another_customer_s_order(self):
        other = self.hotel.orders.get()
        for document in (f"order:{other.number}", "order:999", "invoice:1", "order:../x", ":"):
            self.assertEqual(self.land(document=document)["Location"], "/accounts/")

    def test_partners_staff_are_staff(self):
        self.assertTrue(sessions.is_customer(self.lena))
        self.lena.user_permissions.add(Permission.objects.get(codename="dashboard_access"))
        self.assertFalse(sessions.is_customer(get_user_model().objects.get(pk=self.lena.pk)))
        get_model("partner", "Partner").objects.get().users.add(self.hotel)
        self.assertFalse(sessions.is_customer(get_user_model().objects.get(pk=self.hotel.pk)))


class Orders(OscarCase):
    def test_an_order_has_both_comments_and_is_reported(self):
        self.land()
        self.add(self.lamp)
        self.stub.calls.clear()
        order = self.check_out()
        self.assertEqual(order.user, self.lena)
        note = OrderNote.objects.get(order=order)
        self.assertIn("Anna Agent", note.message)
        self.assertIn(SESSION, note.message)
        self.assertFalse(note.is_editable())
        self.assertIn(("order_placed", f"order:{order.number}", "Order placed"), self.reports())
        customer = Browser()
        customer.force_login(self.lena)
        page = customer.get(f"/accounts/orders/{order.number}/")
        self.assertContains(page, "Order Placed by Store Administrator")
        self.assertNotContains(page, "Anna")
        before = self.lena.orders.order_by("pk").first()
        self.assertNotContains(customer.get(f"/accounts/orders/{before.number}/"), "Store Administrator")

    def test_a_customer_s_own_order_has_none(self):
        customer = Browser()
        customer.force_login(self.lena)
        self.add(self.lamp, customer)
        order = self.check_out(customer)
        self.assertFalse(order.notes.exists())
        self.assertFalse(AssistedOrder.objects.exists())
        self.assertEqual(self.stub.calls, [])

    def test_orders_to_several_addresses(self):
        self.land()
        for address in self.lena.addresses.all():
            self.add(self.lamp)
            order = self.check_out(address=address)
            self.assertEqual(order.shipping_address.line1, address.line1)
            self.assertEqual(order.notes.count(), 1)
        self.assertEqual(AssistedOrder.objects.count(), 2)
        self.assertEqual([kind for kind, *_ in self.reports()].count("order_placed"), 2)

    def test_a_reorder(self):
        self.land()
        order = self.lena.orders.get()
        self.agent.send(f"/accounts/orders/{order.number}/", action="reorder")
        again = self.check_out()
        self.assertEqual(
            [line.product for line in again.lines.order_by("pk")], [line.product for line in order.lines.order_by("pk")]
        )
        self.assertIn("Anna Agent", again.notes.get().message)

    def test_notes_and_report_are_in_the_order_s_transaction(self):
        from unittest import mock

        from lac_django.models import Outgoing

        self.land()
        self.add(self.lamp)
        before = Outgoing.objects.count()
        with mock.patch("oscar.apps.order.utils.OrderCreator.update_stock_records", side_effect=ValueError("no stock")):
            response = self.agent.send("/checkout/preview/", action="place_order")
        self.assertNotEqual(response.get("Location"), "/checkout/thank-you/")
        self.assertEqual(Outgoing.objects.count(), before)
        self.assertFalse(AssistedOrder.objects.exists())
        self.assertFalse(OrderNote.objects.exists())


class Baskets(OscarCase):
    def test_the_guest_s_basket_is_not_merged_and_is_there_afterwards(self):
        self.add(self.blanket)
        guest = Basket.objects.get(owner=None)
        self.land()
        self.add(self.lamp)
        own = Basket.open.get(owner=self.lena)
        self.assertEqual([line.product for line in own.lines.all()], [self.lamp])
        self.agent.send("/loginascustomer/end")
        self.assertContains(self.agent.get("/basket/"), self.blanket.title)
        guest.refresh_from_db()
        self.assertEqual(guest.status, "Open")

    def test_changes_are_reported(self):
        self.land()
        self.add(self.lamp, quantity=2)
        self.assertEqual(self.reports(), [("cart_changed", None, "Basket: 2 × Reading lamp, added")])

    def test_a_voucher_is_reported(self):
        self.land()
        self.add(self.lamp)
        self.stub.calls.clear()
        self.agent.send("/basket/vouchers/add/", code="TENOFF")
        self.assertEqual(self.reports(), [("cart_changed", None, "Basket: voucher added")])
        self.assertContains(self.agent.get("/basket/"), "44.10")

    def test_the_customer_s_own_prices(self):
        page = f"/catalogue/{self.lamp.slug}_{self.lamp.pk}/"
        self.land(self.hotel)
        self.assertContains(self.agent.get(page), "39.20")
        self.add(self.lamp)
        self.assertContains(self.agent.get("/basket/"), "39.20")
        self.land(self.lena, session_id="d" * 32)
        self.assertContains(self.agent.get(page), "49.00")

    def test_figures_leave_agents_out(self):
        page = f"/catalogue/{self.lamp.slug}_{self.lamp.pk}/"
        views = lambda: ProductRecord.objects.get(product=self.lamp).num_views  # noqa: E731
        Browser().get(page)
        before = views()
        self.land()
        self.agent.get(page)
        self.assertEqual(views(), before)
        Browser().get(page)
        self.assertEqual(views(), before + 1)


class Account(OscarCase):
    def test_profile_addresses_wish_list_and_newsletter_are_reported(self):
        self.land()
        self.agent.send(
            "/accounts/profile/edit/", first_name="Lena Maria", last_name="Ortiz", email="lena.ortiz@example.com"
        )
        self.assertEqual(self.reports(), [("account_changed", None, "Changed: first name")])
        address = self.lena.addresses.first()
        self.agent.send(
            f"/accounts/addresses/{address.pk}/", first_name="Lena", last_name="Ortiz", line1="Hill 9", line4="Bath",
            postcode="BA1 1AA", country="GB",
        )
        self.assertEqual(UserAddress.objects.get(pk=address.pk).line1, "Hill 9")
        self.agent.send(f"/accounts/wishlists/add/{self.lamp.pk}/")
        self.agent.send("/accounts/newsletter/", subscribed="1")
        kinds = [(kind, summary) for kind, _, summary in self.reports()]
        self.assertIn(("address_changed", "Address changed"), kinds)
        self.assertIn(("other", "Wish list: Reading lamp, added"), kinds)
        self.assertIn(("other", "Newsletter: subscribed"), kinds)
        self.assertEqual(WishList.objects.get(owner=self.lena).lines.count(), 1)

    def test_what_oscar_counts_by_itself_is_no_change(self):
        self.land()
        self.add(self.lamp)
        self.stub.calls.clear()
        self.check_out()
        self.assertEqual({kind for kind, *_ in self.reports()}, {"order_placed"})

    def test_sign_in_data_is_closed(self):
        self.land()
        for path in (
            "/accounts/change-password/", "/accounts/profile/delete/", "/accounts/emails/", "/password-reset/",
            "/loginascustomer/consent", "/loginascustomer/history",
        ):
            self.assertContains(self.agent.get(path), "Only the customer", status_code=403)
            self.assertEqual(self.agent.send(path).status_code, 403)
        response = self.agent.send("/accounts/profile/edit/", first_name="L", last_name="O", email="thief@example.com")
        self.assertEqual(response.status_code, 403)
        self.lena.refresh_from_db()
        self.assertEqual((self.lena.email, self.lena.first_name), ("lena.ortiz@example.com", "Lena"))

    def test_oscar_s_sign_out_ends_the_session(self):
        self.land()
        self.agent.get("/accounts/logout/")
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "signed_out"}])
        self.assertNotContains(self.agent.get("/"), "lac-banner", status_code=302 if self.agent.get("/").status_code == 302 else 200)


class ReadOnly(OscarCase):
    PAGES = ("/catalogue/", "/basket/", "/accounts/profile/", "/accounts/orders/", "/accounts/addresses/", "/search/?q=lamp")

    def test_pages_show_although_oscar_writes_on_them(self):
        self.assertFalse(Basket.open.filter(owner=self.lena).exists())
        self.land(read_only=True)
        for path in (*self.PAGES, f"/catalogue/{self.lamp.slug}_{self.lamp.pk}/"):
            self.assertContains(self.agent.get(path), "read-only")
        self.assertFalse(Basket.open.filter(owner=self.lena).exists())

    def test_the_customer_s_basket_shows(self):
        customer = Browser()
        customer.force_login(self.lena)
        self.add(self.blanket, customer)
        self.land(read_only=True)
        self.assertContains(self.agent.get("/basket/"), self.blanket.title)

    def test_nothing_can_be_bought(self):
        self.land(read_only=True)
        response = self.agent.send(f"/basket/add/{self.lamp.pk}/", quantity=1)
        self.assertContains(response, "read-only", status_code=403)
        self.assertFalse(Basket.open.filter(owner=self.lena).exists())
        self.assertEqual(self.reports(), [])


class Sync(OscarCase):
    def test_customers_and_orders(self):
        from io import StringIO

        Order.objects.filter(user=self.hotel).update(user=None)
        Order.objects.filter(user=self.lena).update(date_placed=timezone.now() - timedelta(days=1))
        self.stub.script["/sync/customers"] = self.stub.script["/sync/orders"] = [(200, {"read": 1})]
        call_command("lac_sync", stdout=StringIO())
        (customers,) = self.stub.bodies("/sync/customers")
        self.assertNotIn("staff@example.com", [row["email"] for row in customers])
        self.assertEqual(len(customers), 3)
        (orders,) = self.stub.bodies("/sync/orders")
        self.assertEqual(len(orders), 2)
        order = self.lena.orders.get()
        self.assertEqual(orders[0]["number"], order.number)
        self.assertEqual(orders[0]["customer_id"], str(self.lena.pk))
        self.assertEqual(orders[0]["store_view"], "default")
        self.assertRegex(orders[0]["placed_at"], r"Z$")

    def test_orders_are_sent_when_customers_are_refused(self):
        from io import StringIO

        self.stub.script["/sync/customers"] = [problem(403, "resource_denied")]
        self.stub.script["/sync/orders"] = [(200, {"read": 1})]
        with self.assertRaisesMessage(CommandError, "customers: resource_denied"):
            call_command("lac_sync", stdout=StringIO())
        self.assertEqual(len(self.stub.bodies("/sync/orders")), 1)
