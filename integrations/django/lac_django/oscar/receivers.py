"""Reports what an agent does in Oscar, in the transaction in which it is done."""

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from oscar.core.loading import get_model

from lac_django import current, report
from lac_django.models import AssistedOrder
from lac_django.receivers import changed_fields

# The original's words for the two comments of an order.
STAFF_COMMENT = "Order Placed by {agent} using Login as Customer (session {session})"

# What Oscar counts or computes by itself.
NOT_EDITED = {
    "UserAddress": ("num_orders_as_shipping_address", "num_orders_as_billing_address", "hash", "search_text"),
    "Line": ("date_updated", "tax_code"),
}


def connect():
    post_save.connect(order_saved, sender=get_model("order", "Order"), dispatch_uid="lac_order")
    for app, name, saved in (
        ("address", "UserAddress", address_saved),
        ("basket", "Line", basket_line_saved),
        ("wishlists", "WishList", wish_list_saved),
        ("wishlists", "Line", wish_saved),
        ("customer", "ProductAlert", alert_saved),
        ("reviews", "ProductReview", review_saved),
    ):
        try:
            model = get_model(app, name)
        except LookupError:
            continue  # a shop without this app of Oscar's
        uid = f"lac_{model._meta.label_lower}"
        pre_save.connect(remember, sender=model, dispatch_uid=uid)
        post_save.connect(_if_changed(saved), sender=model, weak=False, dispatch_uid=uid)
        post_delete.connect(_deleted(saved), sender=model, weak=False, dispatch_uid=uid)
    vouchers = get_model("basket", "Basket").vouchers.through
    m2m_changed.connect(vouchers_changed, sender=vouchers, dispatch_uid="lac_vouchers")


def remember(sender, instance, raw=False, using=None, **kwargs):
    if current() is not None and not raw and not instance._state.adding:
        instance._lac_before = sender._base_manager.using(using).filter(pk=instance.pk).first()


def _if_changed(saved):
    def receiver(sender, instance, created, raw=False, **kwargs):
        before = instance.__dict__.pop("_lac_before", None)
        if current() is None or raw:
            return
        ignore = NOT_EDITED.get(sender.__name__, ())
        if created or before is None or changed_fields(before, instance, ignore):
            saved(instance, "added" if created else "changed")

    return receiver


def _deleted(saved):
    def receiver(sender, instance, **kwargs):
        if current() is not None:
            saved(instance, "removed")

    return receiver


def order_saved(sender, instance, created, raw=False, **kwargs):
    """Both comments and the report. ``order_placed`` is sent only after the commit."""
    impersonation = current()
    if impersonation is None or raw or not created or str(instance.user_id) != impersonation.customer:
        return
    AssistedOrder.objects.update_or_create(
        number=instance.number,
        defaults={"session_id": impersonation.session_id, "agent": impersonation.agent},
    )
    notes = get_model("order", "OrderNote")
    notes._default_manager.create(
        order=instance,
        note_type=notes.SYSTEM,
        message=STAFF_COMMENT.format(agent=impersonation.agent, session=impersonation.session_id),
    )
    report("order_placed", document=f"order:{instance.number}", summary="Order placed")


def address_saved(address, what):
    if str(address.user_id) == current().customer:
        # No address in the log: it says that there was a change, the shop says which.
        report("address_changed", summary=f"Address {what}", key=f"address{address.pk}")


def basket_line_saved(line, what):
    if str(line.basket.owner_id) == current().customer:
        report(
            "cart_changed",
            summary=f"Basket: {line.quantity} × {line.product.get_title()}, {what}",
            key=f"line{line.product_id}{what}",
        )


def vouchers_changed(sender, instance, action, reverse, **kwargs):
    impersonation = current()
    if impersonation is None or reverse or action not in ("post_add", "post_remove", "post_clear"):
        return
    if str(instance.owner_id) == impersonation.customer:
        what = "added" if action == "post_add" else "removed"
        report("cart_changed", summary=f"Basket: voucher {what}", key=f"voucher{action}")


def wish_list_saved(wish_list, what):
    if str(wish_list.owner_id) == current().customer:
        report("other", summary=f"Wish list {what}", key=f"wishlist{wish_list.pk}")


def wish_saved(line, what):
    if str(line.wishlist.owner_id) == current().customer:
        report("other", summary=f"Wish list: {line.get_title()}, {what}", key=f"wish{line.product_id}{what}")


def alert_saved(alert, what):
    if str(alert.user_id) == current().customer:
        report("other", summary=f"Product alert {what}", key=f"alert{alert.pk}")


def review_saved(review, what):
    if str(review.user_id) == current().customer:
        report("other", summary=f"Product review {what}", key=f"review{review.pk}")
