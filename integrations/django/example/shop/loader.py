"""Prices of trade customers, without forking one of Oscar's apps."""

from oscar.core.loading import default_class_loader


def load(module_label, classnames, module_prefix):
    classes = default_class_loader(module_label, classnames, module_prefix)
    if module_label == "partner.strategy" and "Selector" in classnames:
        from .prices import TradeSelector

        classes[list(classnames).index("Selector")] = TradeSelector
    return classes
