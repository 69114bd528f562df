<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The gateway refused a call (RFC 9457). Its detail and hint are for the shop's log, never for a shopper. */
final class Problem extends \RuntimeException
{
    public function __construct(
        public readonly int $status,
        public readonly string $problemCode,
        public readonly string $detail = '',
        public readonly ?string $hint = null,
        public readonly ?int $retryAfter = null,
    ) {
        parent::__construct("$status $problemCode" . ($detail === '' ? '' : ": $detail"));
    }

    /** Whether the same call can succeed later. Anything else is the gateway's last word. */
    public function isTemporary(): bool
    {
        // `not_found` is about the path, not about a session or customer: an older gateway, or another server.
        return $this->status >= 500 || $this->status === 408 || in_array($this->problemCode, ['rate_limited', 'not_found'], true);
    }
}
