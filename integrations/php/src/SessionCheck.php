<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The gateway's answer to "still valid?". */
final readonly class SessionCheck
{
    public function __construct(
        public string $state,
        public int $endsAt,
        public bool $readOnly,
        public ?string $endCause,
    ) {
    }

    /** @param array<array-key, mixed> $answer */
    public static function fromAnswer(array $answer): self
    {
        $fields = new Answer($answer);
        $state = $fields->text('state');
        if ($state !== 'active') {
            return new self($state, 0, true, $fields->optionalText('end_cause'));
        }

        return new self($state, $fields->time('ends_at'), $fields->flag('read_only'), null);
    }

    /** A state that this kit does not know is over. */
    public function isActive(): bool
    {
        return $this->state === 'active';
    }
}
