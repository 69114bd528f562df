<?php

declare(strict_types=1);

// What every request of the example shop needs. Settings come from the environment.
use Lac\Storefront\ReadOnlyDatabase;
use Lac\Storefront\Reports;
use Lac\Storefront\Settings;
use Lac\Storefront\Storefront;

require_once __DIR__ . '/../../autoload.php';
require_once __DIR__ . '/ExampleShop.php';

$env = static fn (string $name, string $default): string => getenv($name) ?: $default;
$file = $env('SHOP_DB', sys_get_temp_dir() . '/lac-example-shop.sqlite');
$isNew = !is_file($file);
$database = new PDO("sqlite:$file", options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$database->exec('PRAGMA busy_timeout = 5000');
if ($isNew) {
    $database->exec((string) file_get_contents(__DIR__ . '/schema.sql'));
}
$settings = new Settings(
    url: $env('LAC_URL', 'http://127.0.0.1:8420'),
    tokenFile: $env('LAC_TOKEN_FILE', __DIR__ . '/token'),
    origin: $env('SHOP_ORIGIN', 'http://127.0.0.1:8000'),
    website: $env('LAC_WEBSITE', 'base'),
    caFile: getenv('LAC_CA_FILE') ?: null,
    staleAfter: (int) $env('LAC_STALE_AFTER', '30'),
    trustedProxyCount: (int) $env('SHOP_PROXIES', '0'),
    forbidden: ['#^/account/(password|delete)(/|$)#i'],
);
$shop = new ExampleShop($database);
$lac = new Storefront($settings, $shop);
$reports = new Reports($database, $lac->client);
if ($isNew) {
    $reports->createTable();
}

return [
    'database' => $database,
    'shop' => $shop,
    'lac' => $lac,
    'reports' => $reports,
    'protect' => static function () use ($lac, $database): void {
        if ($lac->isReadOnly()) {
            ReadOnlyDatabase::enforce($database);
        }
    },
];
