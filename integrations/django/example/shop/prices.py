from decimal import Decimal

from oscar.apps.partner.prices import FixedPrice
from oscar.apps.partner.strategy import Default, Selector

TRADE_GROUP = "Trade"
TRADE_FACTOR = Decimal("0.80")


class TradeStrategy(Default):
    """Trade customers pay a fifth less for everything."""

    def pricing_policy(self, product, stockrecord):
        price = super().pricing_policy(product, stockrecord)
        if not price.exists or not is_trade(self.user):
            return price
        net = (price.excl_tax * TRADE_FACTOR).quantize(Decimal("0.01"))
        return FixedPrice(currency=price.currency, excl_tax=net, tax=Decimal("0.00"), tax_code=price.tax_code)


def is_trade(user):
    return bool(user) and user.is_authenticated and user.groups.filter(name=TRADE_GROUP).exists()


class TradeSelector(Selector):
    def strategy(self, request=None, user=None, **kwargs):
        strategy = TradeStrategy(request)
        if user is not None:
            strategy.user = user
        return strategy
