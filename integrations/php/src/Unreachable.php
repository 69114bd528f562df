<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** No answer, or none that can be understood: nobody knows whether the gateway acted. */
final class Unreachable extends \RuntimeException
{
}
