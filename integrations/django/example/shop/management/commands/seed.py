"""Fills an empty shop with products, customers and orders to try things with."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sites.models import Site
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from oscar.core.loading import get_class, get_model

from shop.prices import TRADE_GROUP

PASSWORD = "lantern-and-loom"

PRODUCTS = (
    ("Reading lamp", "Lamps", "LAMP-1", "49.00", "A small lamp with a warm light and a long arm."),
    ("Storm lantern", "Lamps", "LAMP-2", "75.00", "Burns oil, or takes an electric insert."),
    ("Paper shade", "Lamps", "LAMP-3", "12.50", "Washi paper on a wire frame, flat for the post."),
    ("Wool blanket", "Blankets", "WOOL-1", "120.00", "Woven from the wool of one flock. 140 × 200 cm."),
    ("Linen throw", "Blankets", "WOOL-2", "64.00", "Washed linen in the colour of sand."),
    ("Knitted cushion", "Blankets", "WOOL-3", "38.00", "Two sides, two patterns."),
)

CUSTOMERS = (
    ("lena.ortiz@example.com", "Lena", "Ortiz", False),
    ("tom.baker@example.com", "Tom", "Baker", False),
    ("office@hotel-alder.example", "Hotel", "Alder", True),
)

ADDRESSES = (
    ("Mill Lane 4", "Bristol", "BS1 4DJ"),
    ("Harbour Road 17", "Plymouth", "PL1 2AA"),
)


class Command(BaseCommand):
    help = "Fill an empty shop with products, customers and orders."

    @transaction.atomic
    def handle(self, *args, **options):
        users = get_user_model()
        if users.objects.filter(email=CUSTOMERS[0][0]).exists():
            self.stdout.write("The shop is filled already.")
            return
        Site.objects.update_or_create(pk=1, defaults={"domain": "127.0.0.1", "name": "Lantern & Loom"})
        self.country = get_model("address", "Country").objects.create(
            iso_3166_1_a2="GB", iso_3166_1_a3="GBR", iso_3166_1_numeric="826",
            printable_name="United Kingdom", name="UNITED KINGDOM", is_shipping_country=True,
        )
        products = self.add_products()
        users.objects.create_superuser("staff", "staff@example.com", PASSWORD, first_name="Sam", last_name="Staff")
        trade = Group.objects.create(name=TRADE_GROUP)
        for email, first, last, is_trade in CUSTOMERS:
            user = users.objects.create_user(email.split("@")[0], email, PASSWORD, first_name=first, last_name=last)
            if is_trade:
                user.groups.add(trade)
            for line, town, postcode in ADDRESSES:
                self.add_address(user, line, town, postcode)
            self.place_order(user, products[:2])
        self.add_voucher()
        self.stdout.write(f"{len(PRODUCTS)} products, {len(CUSTOMERS)} customers; their password is {PASSWORD}")

    def add_products(self):
        category_model = get_model("catalogue", "Category")
        categories = {name: category_model.add_root(name=name) for name in ("Lamps", "Blankets")}
        kind = get_model("catalogue", "ProductClass").objects.create(name="Goods", track_stock=True)
        partner = get_model("partner", "Partner").objects.create(name="Warehouse")
        products = []
        for title, category, sku, price, text in PRODUCTS:
            product = get_model("catalogue", "Product").objects.create(
                title=title, upc=sku, product_class=kind, description=text
            )
            product.categories.add(categories[category])
            get_model("partner", "StockRecord").objects.create(
                product=product, partner=partner, partner_sku=sku, price_currency="EUR",
                price=Decimal(price), num_in_stock=500,
            )
            products.append(product)
        return products

    def add_address(self, user, line, town, postcode):
        get_model("address", "UserAddress").objects.create(
            user=user, first_name=user.first_name, last_name=user.last_name,
            line1=line, line4=town, postcode=postcode, country=self.country,
        )

    def place_order(self, user, products):
        basket = get_model("basket", "Basket").objects.create(owner=user)
        basket.strategy = get_class("partner.strategy", "Selector")().strategy(user=user)
        for product in products:
            basket.add_product(product)
        method = get_class("shipping.methods", "Free")()
        charge = method.calculate(basket)
        address = user.addresses.first()
        shipping = get_model("order", "ShippingAddress")()
        address.populate_alternative_model(shipping)
        shipping.save()
        total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
        order = get_class("order.utils", "OrderCreator")().place_order(
            basket, total, method, charge, user=user, shipping_address=shipping
        )
        basket.submit()
        return order

    def add_voucher(self):
        everything = get_model("offer", "Range").objects.create(name="Everything", includes_all_products=True)
        offer = get_model("offer", "ConditionalOffer").objects.create(
            name="Ten per cent", offer_type="Voucher",
            condition=get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1),
            benefit=get_model("offer", "Benefit").objects.create(range=everything, type="Percentage", value=10),
        )
        now = timezone.now()
        voucher = get_model("voucher", "Voucher").objects.create(
            name="Ten per cent", code="TENOFF", start_datetime=now - timedelta(days=1),
            end_datetime=now + timedelta(days=3650), usage="Multi-use",
        )
        voucher.offers.add(offer)
