<?php

declare(strict_types=1);

// The example shop with pages that are hard for a banner.
$parts = require __DIR__ . '/../example/shop/bootstrap.php';
if ($parts['lac']->handle()) {
    // What an error page of the shop would print.
    file_put_contents(getenv('SHOP_DB') . '.seen', print_r([$_GET, $_POST, $_REQUEST, $_SERVER], true));

    return;
}
$page = '<!doctype html><html><head><title><body> here</title><script>var a = "<body class=x>";</script><!-- <body> --></head>';
switch (explode('?', $_SERVER['REQUEST_URI'], 2)[0]) {
    case '/odd/attributes':
        echo "$page<BODY data-x=\"a > b\" class='c'><p>text</p></BODY></html>";
        break;
    case '/odd/no-body':
        echo '<!DOCTYPE html><title>x</title><p>text</p>';
        break;
    case '/odd/fragment':
        echo '<li>one line</li>';
        break;
    case '/odd/json':
        header('Content-Type: application/json');
        echo json_encode(['html' => '<html><body>x</body></html>']);
        break;
    case '/odd/compressed':
        header('Content-Encoding: gzip');
        echo gzencode("$page<body>text</body></html>");
        break;
    case '/odd/length':
        $html = "$page<body>text</body></html>";
        header('Content-Length: ' . strlen($html));
        header('Cache-Control: public, max-age=600');
        header('ETag: "one"');
        header('Last-Modified: Mon, 05 Oct 2026 12:00:00 GMT');
        if (isset($_SERVER['HTTP_IF_NONE_MATCH'])) {
            http_response_code(304);
            break;
        }
        echo $html;
        break;
    case '/odd/policy':
        header("Content-Security-Policy: default-src 'none'; style-src 'nonce-r4nd0m'; form-action 'self'");
        echo "$page<body>text</body></html>";
        break;
    case '/odd/stream':
        header('Content-Type: text/event-stream');
        echo "data: <html><body>\n\n";
        ob_flush();
        flush();
        echo "data: two\n\n";
        break;
    case '/odd/flushed':
        echo $page;
        ob_get_level() > 0 && ob_flush();
        flush();
        echo '<body>text</body></html>';
        break;
    case '/odd/large':
        echo "$page<body>", str_repeat('<p class="a">text</p>', 200000), '</body></html>';
        break;
    case '/odd/large-script':
        echo '<!doctype html><head><script>', str_repeat('a<b ', 1000000), '</script></head><body>text</body>';
        break;
    case '/odd/unclosed':
        echo '<!doctype html><head>', str_repeat('<script>', 20000), '<body>text';
        break;
    case '/odd/placed':
        echo "$page<body><main>", $parts['lac']->banner(), 'text</main></body></html>';
        break;
    case '/odd/sign-out':
        session_destroy();
        echo 'bye';
        break;
    case '/odd/other-customer':
        $_SESSION['customer_id'] = '2';
        echo 'other';
        break;
    case '/odd/write-on-get':
        ($parts['protect'])();
        $parts['database']->exec("UPDATE customer SET street = 'written' WHERE id = 1");
        echo 'written';
        break;
    case '/odd/foreign-landing':
        echo \Lac\Storefront\Response::redirect($_GET['to'])->headers['Location'];
        break;
    default:
        require __DIR__ . '/../example/shop/pages.php';
}
