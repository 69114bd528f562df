<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** What was done on the customer's behalf. */
enum Action: string
{
    case OrderPlaced = 'order_placed';
    case AccountChanged = 'account_changed';
    case AddressChanged = 'address_changed';
    case CartChanged = 'cart_changed';
    case Other = 'other';
}
