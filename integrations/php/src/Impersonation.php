<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** An agent's session in a customer's account, kept in PHP's session. */
final class Impersonation
{
    private const KEY = 'lac_impersonation';

    private function __construct(
        public readonly string $sessionId,
        public readonly string $customerId,
        public readonly string $customerName,
        public readonly string $customerEmail,
        public readonly string $websiteName,
        public readonly string $admin,
        public readonly ?string $adminFullName,
        public readonly bool $disablePageCache,
        public bool $readOnly,
        private int $endsAt,
        private float $checkedAt,
        private float $goodAt,
    ) {
    }

    /** Writes down what was redeemed, in the session of the customer who was just signed in. */
    public static function begin(Redemption $login, float $redeemedAt): self
    {
        $new = new self(
            $login->sessionId,
            $login->customerId,
            $login->customerName,
            $login->customerEmail,
            $login->websiteName === '' ? $login->website : $login->websiteName,
            $login->admin,
            $login->adminFullName,
            $login->disablePageCache,
            $login->readOnly,
            $login->endsAt,
            $redeemedAt,
            $redeemedAt,
        );
        $new->save();

        return $new;
    }

    /** What this session says, or null where it is nobody's but the customer's. A value that is damaged counts as over. */
    public static function stored(): ?self
    {
        $fields = $_SESSION[self::KEY] ?? null;
        if ($fields === null) {
            return null;
        }
        try {
            return new self(...$fields);
        } catch (\Throwable) {
            return new self('', '', '', '', '', '', null, true, true, 0, 0.0, 0.0);
        }
    }

    public static function isStored(): bool
    {
        return isset($_SESSION[self::KEY]);
    }

    /** Asks whether it is still valid, unless a good answer is younger than the settings say. */
    public function isValid(Client $client, Settings $settings, float $now): bool
    {
        if ($now >= $this->endsAt) {
            return false;
        }
        if ($now - $this->checkedAt >= $settings->checkEvery || $now < $this->checkedAt) {
            // The time before the call: an answer says nothing about what comes after its question.
            $this->checkedAt = $now;
            try {
                $check = $client->check($this->sessionId);
                if (!$check->isActive()) {
                    return false;
                }
                $this->goodAt = $now;
                $this->endsAt = $check->endsAt;
                $this->readOnly = $check->readOnly;
            } catch (Unreachable | SettingsException $failure) {
                error_log("lac: session $this->sessionId cannot be checked: {$failure->getMessage()}");
            } catch (Problem $problem) {
                if (!$problem->isTemporary()) {
                    return false;
                }
                error_log("lac: session $this->sessionId cannot be checked: {$problem->getMessage()}");
            }
            $this->save();
        }
        $now = microtime(true);

        return $now < $this->endsAt && $now - $this->goodAt < $settings->staleAfter;
    }

    /** The customer's name. A customer without one is shown by e-mail address. */
    public function shownName(): string
    {
        return trim($this->customerName) === '' ? $this->customerEmail : $this->customerName;
    }

    /** For the customer, on the order: no name. The words of Adobe Commerce. */
    public static function orderCommentForCustomer(): string
    {
        return 'Order Placed by Store Administrator';
    }

    /** For staff, on the order: who it was. The words of Adobe Commerce. */
    public function orderCommentForStaff(): string
    {
        $name = $this->adminFullName === null || $this->adminFullName === '' ? $this->admin : "$this->adminFullName ($this->admin)";

        return "Order Placed by $name using Login as Customer";
    }

    private function save(): void
    {
        $_SESSION[self::KEY] = get_object_vars($this);
    }
}
