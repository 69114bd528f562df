<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The customer's consent as the checkbox shows it. */
final readonly class Consent
{
    public function __construct(
        public bool $granted,
        public ?string $until,
        public string $mode,
        public string $title,
        public string $tooltip,
        public bool $canChange,
        public ?Ask $ask,
    ) {
    }

    /** @param array<array-key, mixed> $answer */
    public static function fromAnswer(array $answer): self
    {
        $fields = new Answer($answer);
        $ask = $fields->nested('ask');

        return new self(
            granted: $fields->flag('granted'),
            until: $fields->optionalText('until'),
            mode: $fields->text('mode'),
            title: $fields->text('title'),
            tooltip: $fields->optionalText('tooltip') ?? '',
            canChange: $fields->flag('can_change'),
            ask: $ask === null ? null : new Ask(
                $ask->text('id'),
                $ask->optionalText('website_name') ?? $ask->text('website'),
                $ask->optionalText('ticket'),
                $ask->seconds('duration') ?? 0,
                $ask->text('expires_at'),
            ),
        );
    }
}
