<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** Why the shop ends a session. */
enum EndCause: string
{
    /** The agent used the banner's way out. */
    case Left = 'left';
    /** The agent signed out with the shop's own sign-out. */
    case SignedOut = 'signed_out';
    /** The shop cannot open what it redeemed. */
    case Unusable = 'unusable';
}
