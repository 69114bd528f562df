<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** An agent asks for consent. Website, ticket and length are all that the customer sees of it. */
final readonly class Ask
{
    public function __construct(
        public string $id,
        public string $websiteName,
        public ?string $ticket,
        public int $duration,
        public string $expiresAt,
    ) {
    }
}
