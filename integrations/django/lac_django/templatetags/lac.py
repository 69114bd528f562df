from django import template
from django.utils.translation import gettext_lazy, ngettext

from lac_django import banner, current
from lac_django.models import AssistedOrder

register = template.Library()


@register.simple_tag(takes_context=True)
def lac_banner(context):
    """The banner where a template wants it, instead of at the end of the page."""
    request = context.get("request")
    impersonation = getattr(request, "lac", None)
    if impersonation is None:
        return ""
    return banner.render(request, impersonation)


@register.inclusion_tag("lac_django/order_comment.html")
def lac_order_comment(order):
    """For the customer: that the store placed this order for them. No name."""
    number = str(getattr(order, "number", order))
    return {"assisted": AssistedOrder.objects.filter(pk=number).exists()}


@register.simple_tag
def lac_impersonation():
    """The running impersonation, or None: {% lac_impersonation as lac %}."""
    return current()


@register.simple_tag
def lac_duration(seconds):
    """A length of time in words."""
    minutes = max(1, round((seconds or 0) / 60))
    hours, rest = divmod(minutes, 60)
    if minutes < 60:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    text = ngettext("%d hour", "%d hours", hours) % hours
    return text if not rest else text + " " + ngettext("%d minute", "%d minutes", rest) % rest


ACTIONS = {
    "order_placed": gettext_lazy("Order placed"),
    "account_changed": gettext_lazy("Account data changed"),
    "address_changed": gettext_lazy("Address changed"),
    "cart_changed": gettext_lazy("Basket changed"),
    "other": gettext_lazy("Other change"),
}


@register.simple_tag
def lac_action(action):
    """What was done in a visit, in the customer's words."""
    text = str(ACTIONS.get(action.get("action"), ACTIONS["other"]))
    _, _, number = str(action.get("document") or "").partition(":")
    return f"{text}: {number}" if number else text
