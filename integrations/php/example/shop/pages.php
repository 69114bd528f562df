<?php

declare(strict_types=1);

// The pages of the example shop. Its own forms have no CSRF tokens, to keep it short: yours need them.
use Lac\Storefront\Action;
use Lac\Storefront\Html;
use Lac\Storefront\Impersonation;

['database' => $database, 'shop' => $shop, 'lac' => $lac, 'reports' => $reports, 'protect' => $protect] = $parts;
if (session_status() !== PHP_SESSION_ACTIVE) {
    session_start(['use_strict_mode' => 1, 'cookie_httponly' => 1, 'cookie_samesite' => 'Lax']);
}
$protect();
$path = explode('?', $_SERVER['REQUEST_URI'], 2)[0];
$isPost = $_SERVER['REQUEST_METHOD'] === 'POST';
$customerId = $shop->currentCustomerId();
$customer = $customerId === null ? null : $shop->customer($customerId);
$field = static fn (string $name): string => is_string($_POST[$name] ?? null) ? $_POST[$name] : '';
$show = static function (string $title, string $html, int $status = 200) use ($shop): void {
    http_response_code($status);
    echo $shop->page($title, $html);
};
$go = static fn (string $to) => header("Location: $to", true, 303);
$price = static fn (int $cents): string => sprintf('%.2f', $cents * (100 - (int) ($customer['discount'] ?? 0)) / 10000);

/** One act: what is done, and the report of it, in one transaction. */
$act = static function (Action $action, ?string $document, ?string $summary, callable $do) use ($database, $lac, $reports): void {
    $database->beginTransaction();
    try {
        $do();
        $agent = $lac->impersonation();
        if ($agent !== null) {
            $reports->record($agent, $action, $document, $summary);
        }
        $database->commit();
    } catch (Throwable $failure) {
        $database->rollBack();
        throw $failure;
    }
    if ($lac->impersonation() !== null) {
        $reports->sendAfterAnswer();
    }
};

if ($path === '/') {
    $rows = '';
    foreach ($database->query('SELECT * FROM product') as $product) {
        $rows .= '<li>' . Html::escape($product['name']) . ' ' . $price((int) $product['cents'])
            . " <a href=\"/cart?add={$product['id']}\">Add to cart</a></li>";
    }
    $show('Shop', '<p>' . ($customer === null ? 'Hello, guest' : 'Hello, ' . Html::escape($customer['email'])) . "</p><ul>$rows</ul>");
} elseif ($path === '/login' && $isPost) {
    $row = $shop->one('SELECT id FROM customer WHERE email = ? AND password = ?', $field('email'), $field('password'));
    if ($row === false) {
        $show('Sign in', '<p>Wrong e-mail address or password.</p>', 400);

        return;
    }
    $guestCart = $_SESSION['cart'] ?? [];
    session_regenerate_id(true);
    $_SESSION = ['customer_id' => (string) $row['id']];
    foreach ($guestCart as $id => $quantity) {
        $database->prepare('INSERT OR REPLACE INTO cart_line VALUES (?, ?, ?)')->execute([$row['id'], $id, $quantity]);
    }
    $go('/account');
} elseif ($path === '/login') {
    $show('Sign in', $shop->form('/login', '<label>E-mail <input name="email"></label> <label>Password <input name="password" type="password"></label>', 'Sign in'));
} elseif ($path === '/logout' && $isPost) {
    $lac->signedOut();
    $_SESSION = [];
    session_regenerate_id(true);
    $go('/');
} elseif ($path === '/cart') {
    $add = (int) ($_GET['add'] ?? 0);
    if ($add > 0 && $customerId === null) {
        $_SESSION['cart'][$add] = ($_SESSION['cart'][$add] ?? 0) + 1;
    } elseif ($add > 0) {
        // A write on GET, as many shops have it: a read-only session needs more than a look at the method.
        if ($lac->isReadOnly()) {
            $show('Not in this session', '<p>This session is read only.</p>', 403);

            return;
        }
        $act(Action::CartChanged, null, "product $add added", fn () => $database->prepare(
            'INSERT INTO cart_line VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET quantity = quantity + 1',
        )->execute([$customerId, $add]));
    }
    $lines = $_SESSION['cart'] ?? [];
    if ($customerId !== null) {
        $query = $database->prepare('SELECT product_id, quantity FROM cart_line WHERE customer_id = ?');
        $query->execute([$customerId]);
        $lines = $query->fetchAll(PDO::FETCH_KEY_PAIR);
    }
    $list = implode('', array_map(fn ($id, $n) => "<li>product $id × $n</li>", array_keys($lines), $lines));
    $show('Cart', "<ul>$list</ul>" . ($customerId === null ? '' : $shop->form('/checkout', '', 'Place order')));
} elseif ($customer === null) {
    $go('/login');
} elseif ($path === '/checkout' && $isPost) {
    $number = sprintf('%09d', random_int(100, 999999999));
    $agent = $lac->impersonation();
    $act(Action::OrderPlaced, "order:$number", null, function () use ($database, $customerId, $number, $agent): void {
        $total = $database->prepare('SELECT coalesce(sum(cents * quantity), 0) FROM cart_line JOIN product ON id = product_id WHERE customer_id = ?');
        $total->execute([$customerId]);
        $database->prepare('INSERT INTO purchase VALUES (?, ?, ?, ?, ?)')->execute([
            $number,
            $customerId,
            (int) $total->fetchColumn(),
            $agent === null ? null : Impersonation::orderCommentForCustomer(),
            $agent?->orderCommentForStaff(),
        ]);
        $database->prepare('DELETE FROM cart_line WHERE customer_id = ?')->execute([$customerId]);
    });
    $go("/orders/$number");
} elseif (preg_match('#^/orders/([0-9]+)$#', $path, $found)) {
    $order = $shop->one('SELECT * FROM purchase WHERE number = ? AND customer_id = ?', $found[1], $customerId);
    $order === false ? $show('Not found', '', 404) : $show("Order $found[1]", '<p>' . Html::escape($order['customer_comment'] ?? '') . '</p>');
} elseif ($path === '/account/address' && $isPost) {
    $act(Action::AddressChanged, null, null, fn () => $database->prepare('UPDATE customer SET street = ? WHERE id = ?')->execute([$field('street'), $customerId]));
    $go('/account');
} elseif ($path === '/account/password') {
    // An address that the settings forbid in an agent's session.
    $show('Password', '<p>Change your password here.</p>');
} elseif ($path === '/account/email') {
    if ($lac->refuseAgents()) {
        return;
    }
    $show('E-mail address', '<p>Change your e-mail address here.</p>');
} elseif ($path === '/account') {
    $show('Account', '<p>' . Html::escape($customer['email']) . '</p>'
        . $shop->form('/account/address', '<label>Street <input name="street" value="' . Html::escape($customer['street']) . '"></label>', 'Save')
        . '<p><a href="/loginascustomer/consent">Support</a> <a href="/loginascustomer/history">Support in your account</a></p>'
        . $shop->form('/logout', '', 'Sign out'));
} else {
    $show('Not found', '', 404);
}
