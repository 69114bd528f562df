"""What django-oscar needs besides ``lac_django``."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from oscar.core.loading import get_model

from lac_django import conf, sync
from lac_django.clock import timestamp
from lac_django.extensions import Extension


class OscarExtension(Extension):
    forbidden_views = (
        "customer:change-password",
        "customer:profile-delete",
        # Oscar keeps the e-mails it has sent: among them are links that set a password.
        "customer:email-list",
        "customer:email-detail",
        "password-reset",
        "password-reset-done",
        "password-reset-confirm",
        "password-reset-complete",
    )
    templates = {
        "lac_django/consent.html": "lac_django/oscar/consent.html",
        "lac_django/history.html": "lac_django/oscar/history.html",
    }

    def is_staff(self, user):
        # Partners' staff use the dashboard without being is_staff.
        return user.has_perm("partner.dashboard_access") or user.partners.exists()

    def begin(self, request, impersonation):
        # Oscar merges the basket of this cookie into the customer's. The browser
        # keeps the cookie: after the session the guest's basket is there again.
        request.COOKIES.pop(settings.OSCAR_BASKET_COOKIE_OPEN, None)
        request.COOKIES.pop(getattr(settings, "OSCAR_BASKET_COOKIE_SAVED", ""), None)

    def prepare(self, request, impersonation):
        if impersonation.read_only and getattr(request, "_basket_cache", True) is None:
            # Oscar creates a basket for customers who have none, on any page.
            basket_model = get_model("basket", "Basket")
            basket = basket_model.open.filter(owner=request.user).order_by("pk").first()
            request._basket_cache = basket or basket_model()

    def landing(self, request, document, user):
        kind, _, number = str(document).partition(":")
        if kind != "order":
            return None
        if not get_model("order", "Order")._default_manager.filter(number=number, user=user).exists():
            return None
        try:
            return reverse("customer:order", kwargs={"order_number": number})
        except NoReverseMatch:
            return None

    def account(self):
        return reverse("customer:summary")

    def orders(self):
        placed = get_model("order", "Order")._default_manager.filter(user__isnull=False)
        for order in placed.select_related("user").order_by("date_placed", "pk").iterator(chunk_size=1000):
            view = conf.get("STORE_VIEW") or sync.customer_row(order.user).get("store_view") or "default"
            yield {
                "number": order.number,
                "customer_id": str(order.user_id),
                "store_view": view,
                "placed_at": timestamp(order.date_placed),
            }
