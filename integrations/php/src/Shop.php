<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** What the kit needs of the shop. Implement it once. */
interface Shop
{
    /**
     * Whether this customer exists here, may sign in, and is a customer: never an account of staff.
     *
     * @param string $customerId a whole number above 0
     */
    public function canOpen(string $customerId): bool;

    /**
     * Signs the customer in, in PHP's session, which is new and empty.
     *
     * Merge no guest's cart, send no mail, change no time of last login, and set no cookie that remembers.
     */
    public function signIn(Redemption $login): void;

    /** Forgets who is signed in, where that is kept outside of PHP's session (a cookie that remembers). */
    public function signOut(): void;

    /** Who is signed in, or null. Asked before the shop's own code runs, with PHP's session as it is. */
    public function currentCustomerId(): ?string;

    /** The path of the page to land on: the order that the login was started from, else the account page. */
    public function landing(Redemption $login): string;

    /** The shop's own page around a part of it, for the consent and history pages. Title and part are HTML. */
    public function page(string $title, string $html): string;

    /**
     * This customer as a row for the gateway, which does not know new customers, or null to leave it at that:
     * {id, email, name, website, store_view?, active, confirmed}. Needs a storefront's account with `--sync`.
     *
     * @return ?array<string, mixed>
     */
    public function customerRow(string $customerId): ?array;
}
