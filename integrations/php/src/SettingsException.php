<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** A setting is missing or unsafe. The message is for the shop's log. */
final class SettingsException extends \LogicException
{
}
