<?php

declare(strict_types=1);

use Lac\Storefront\Html;
use Lac\Storefront\Redemption;
use Lac\Storefront\Shop;

/** How the kit reaches this shop's customers. */
final class ExampleShop implements Shop
{
    public function __construct(private readonly PDO $database)
    {
    }

    public function canOpen(string $customerId): bool
    {
        $row = $this->customer($customerId);

        return $row !== null && (int) $row['is_staff'] === 0;
    }

    public function signIn(Redemption $login): void
    {
        $_SESSION['customer_id'] = $login->customerId;
    }

    public function signOut(): void
    {
        setcookie('remember', '', ['expires' => 1, 'path' => '/']);
    }

    public function currentCustomerId(): ?string
    {
        $id = $_SESSION['customer_id'] ?? null;

        return is_string($id) ? $id : null;
    }

    public function landing(Redemption $login): string
    {
        $number = $login->orderNumber();
        $own = $number === null ? false : $this->one('SELECT number FROM purchase WHERE number = ? AND customer_id = ?', $number, $login->customerId);

        return $own ? '/orders/' . rawurlencode($number) : '/account';
    }

    public function page(string $title, string $html): string
    {
        return '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            . "<title>$title</title></head><body class=\"shop\"><header><nav aria-label=\"Shop\"><a href=\"/\">Shop</a> <a href=\"/account\">Account</a> "
            . "<a href=\"/cart\">Cart</a></nav></header><main><h1>$title</h1>$html</main></body></html>";
    }

    public function customerRow(string $customerId): ?array
    {
        $row = $this->customer($customerId);

        return $row === null ? null : [
            'id' => $customerId,
            'email' => $row['email'],
            'name' => $row['name'],
            'website' => 'base',
            'active' => true,
            'confirmed' => true,
        ];
    }

    /** @return ?array<string, mixed> */
    public function customer(string $id): ?array
    {
        return $this->one('SELECT * FROM customer WHERE id = ?', $id) ?: null;
    }

    /** @return array<string, mixed>|false */
    public function one(string $sql, mixed ...$values): array|false
    {
        $query = $this->database->prepare($sql);
        $query->execute($values);

        return $query->fetch(PDO::FETCH_ASSOC);
    }

    public function form(string $action, string $fields, string $button): string
    {
        return '<form method="post" action="' . Html::escape($action) . "\">$fields<button>" . Html::escape($button) . '</button></form>';
    }
}
