<?php

declare(strict_types=1);

namespace Lac\Storefront;

/**
 * Puts the banner on every HTML page, as the callback of an output buffer.
 *
 * It leaves alone what is not HTML, what is compressed, parts of pages, and pages that have the banner already.
 */
final class Banner
{
    /** What can stand before `<body>`: what hides a `<body>` that is none, or the tag itself. */
    private const NEXT = '~<(?:!--|(script|style|title|template)\b|body\b)~i';
    private const BODY = '~\G<body\b(?:"[^"]*+"|\'[^\']*+\'|[^>"\'])*+>~i';

    private bool $done = false;
    private bool $isPage = false;

    private function __construct(private readonly string $html, private readonly string $stylesheet)
    {
    }

    public static function start(Impersonation $impersonation, Settings $settings, string $csrf): void
    {
        $banner = new self(self::html($impersonation, $settings, $csrf), $settings->path('style.css'));
        ob_start($banner->filter(...));
    }

    /** The banner itself, for shops that place it themselves. */
    public static function html(Impersonation $impersonation, Settings $settings, string $csrf): string
    {
        $name = Html::escape($impersonation->shownName());
        $website = Html::escape($impersonation->websiteName);

        return '<div id="lac-banner" role="status"><span>You are connected as <strong><bdi>' . $name . '</bdi></strong> on <bdi>' . $website . '</bdi>'
            . ($impersonation->readOnly ? ' (read only)' : '') . '</span>'
            . '<form method="post" action="' . Html::escape($settings->path('end')) . '">' . Html::hidden('csrf', $csrf)
            . '<button>Close session</button></form></div>';
    }

    private function filter(string $part, int $phase): string
    {
        if ($this->done || !self::isPlainHtml(headers_list())) {
            return $part;
        }
        // The tags `<html>` and `<body>` may be left out in HTML. A part of a page has no doctype.
        if (($phase & PHP_OUTPUT_HANDLER_START) !== 0) {
            $this->isPage = preg_match('~^(?:\s|\xef\xbb\xbf|<!--.*?-->)*<(?:!doctype\s+html|html)\b~is', $part) === 1;
        }
        $style = self::style($this->stylesheet, headers_list());
        // The shop has placed it.
        $banner = str_contains($part, '<div id="lac-banner"') ? '' : $this->html;
        $at = self::afterBody($part);
        if ($at !== null) {
            $this->finish();

            return substr($part, 0, $at) . $style . $banner . substr($part, $at);
        }
        if ($this->isPage && ($phase & PHP_OUTPUT_HANDLER_FINAL) !== 0) {
            $this->finish();

            return $part . $style . str_replace('<div id="lac-banner"', '<div id="lac-banner" class="lac-fixed"', $banner);
        }

        return $part;
    }

    /** Where the tag `<body …>` ends. Reads the page once, however large its scripts are. */
    private static function afterBody(string $page): ?int
    {
        $at = 0;
        while (preg_match(self::NEXT, $page, $found, PREG_OFFSET_CAPTURE, $at) === 1) {
            $at = $found[0][1];
            $hiding = strtolower($found[1][0] ?? '');
            if ($hiding === '' && $found[0][0] !== '<!--') {
                return preg_match(self::BODY, $page, $tag, 0, $at) === 1 ? $at + strlen($tag[0]) : null;
            }
            $end = $hiding === '' ? strpos($page, '-->', $at) : stripos($page, "</$hiding", $at);
            if ($end === false) {
                return null;
            }
            $at = $end + 2;
        }

        return null;
    }

    private function finish(): void
    {
        $this->done = true;
        if (!headers_sent()) {
            header_remove('Content-Length');
        }
    }

    /** @param list<string> $headers */
    private static function isPlainHtml(array $headers): bool
    {
        $type = ini_get('default_mimetype') ?: 'text/html';
        foreach ($headers as $line) {
            [$name, $value] = array_map(trim(...), explode(':', $line, 2)) + [1 => ''];
            switch (strtolower($name)) {
                case 'content-type':
                    $type = $value;
                    break;
                case 'content-encoding':
                    return false;
                case 'content-disposition':
                    if (stripos($value, 'attachment') === 0) {
                        return false;
                    }
            }
        }

        return in_array(strtolower(trim(explode(';', $type)[0])), ['text/html', 'application/xhtml+xml'], true);
    }

    /** The stylesheet, with the nonce of the page's policy if that has one. */
    private static function style(string $path, array $headers): string
    {
        $nonce = '';
        foreach ($headers as $line) {
            if (preg_match('/^content-security-policy:.*?(?:style-src|default-src)[^;]*\'nonce-([A-Za-z0-9+\/_=-]+)\'/i', $line, $found)) {
                $nonce = ' nonce="' . Html::escape($found[1]) . '"';
            }
        }

        return '<link rel="stylesheet" href="' . Html::escape($path) . "\"$nonce/>";
    }
}
