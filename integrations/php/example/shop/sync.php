<?php

declare(strict_types=1);

// Sends all customers and orders to the gateway. A shop does this once a night, and for each change when it is committed.
['database' => $database, 'shop' => $shop, 'lac' => $lac] = require __DIR__ . '/bootstrap.php';

$customers = [];
foreach ($database->query('SELECT id FROM customer WHERE is_staff = 0') as $row) {
    $customers[] = $shop->customerRow((string) $row['id']);
}
$orders = [];
foreach ($database->query('SELECT number, customer_id FROM purchase') as $row) {
    $orders[] = [
        'number' => $row['number'],
        'customer_id' => (string) $row['customer_id'],
        'store_view' => 'default',
        'placed_at' => '2026-01-02T00:00:00Z',
    ];
}
foreach ([$lac->client->syncCustomers($customers), $lac->client->syncOrders($orders)] as $answer) {
    foreach ($answer['skipped'] ?? [] as $skipped) {
        fwrite(STDERR, 'skipped: ' . json_encode($skipped) . "\n");
    }
}
