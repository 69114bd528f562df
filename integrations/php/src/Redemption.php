<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** What a redeemed login token opens. */
final readonly class Redemption
{
    public function __construct(
        public string $sessionId,
        public string $customerId,
        public string $customerEmail,
        public string $customerName,
        public string $customerWebsite,
        public string $website,
        public string $websiteName,
        public string $storeView,
        public string $admin,
        public ?string $adminFullName,
        public ?string $document,
        public ?string $ticket,
        public bool $disablePageCache,
        public bool $readOnly,
        public int $endsAt,
        public ?int $idleTimeout,
    ) {
    }

    /** @param array<array-key, mixed> $answer */
    public static function fromAnswer(array $answer): self
    {
        $fields = new Answer($answer);
        $customer = $fields->nested('customer') ?? throw new Unreachable('the answer names no customer');

        return new self(
            sessionId: $fields->text('session_id'),
            customerId: $customer->text('id'),
            customerEmail: $customer->text('email'),
            customerName: $customer->optionalText('name') ?? '',
            customerWebsite: $customer->text('website'),
            website: $fields->text('website'),
            websiteName: $fields->optionalText('website_name') ?? '',
            storeView: $fields->text('store_view'),
            admin: $fields->text('admin'),
            adminFullName: $fields->optionalText('admin_full_name'),
            document: $fields->optionalText('document'),
            ticket: $fields->optionalText('ticket'),
            disablePageCache: $fields->flag('disable_page_cache'),
            readOnly: $fields->flag('read_only'),
            endsAt: $fields->time('ends_at'),
            idleTimeout: $fields->seconds('idle_timeout'),
        );
    }

    /** The number of the order that the login was started from, or null. */
    public function orderNumber(): ?string
    {
        return str_starts_with($this->document ?? '', 'order:') ? substr($this->document, strlen('order:')) : null;
    }
}
