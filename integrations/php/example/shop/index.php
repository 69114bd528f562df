<?php

declare(strict_types=1);

// php -S 127.0.0.1:8000 example/shop/index.php
$parts = require __DIR__ . '/bootstrap.php';
if ($parts['lac']->handle()) {
    return;
}
require __DIR__ . '/pages.php';
