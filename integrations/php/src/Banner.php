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
    /** The tag `<body …>`, but not where a comment, a script, a style or a title says so. */
    private const BODY = '~(?:<!--.*?-->|<(script|style|title|template)\b.*?</\1\s*>)(*SKIP)(*FAIL)|<body\b(?:"[^"]*"|\'[^\']*\'|[^>"\'])*>~is';

    private bool $done = false;

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

        return '<div id="lac-banner" role="status"><span>You are connected as <strong>' . $name . '</strong> on ' . $website
            . ($impersonation->readOnly ? ' (read only)' : '') . '</span>'
            . '<form method="post" action="' . Html::escape($settings->path('end')) . '">' . Html::hidden('csrf', $csrf)
            . '<button>Close session</button></form></div>';
    }

    /** The page with the banner right after `<body>`. */
    public static function insert(string $page, string $banner, string $style): ?string
    {
        if (stripos($page, '<div id="lac-banner"') !== false) {
            $banner = '';
        }
        $found = [];
        if (preg_match(self::BODY, $page, $found, PREG_OFFSET_CAPTURE) === 1) {
            $at = $found[0][1] + strlen($found[0][0]);

            return substr($page, 0, $at) . $style . $banner . substr($page, $at);
        }
        // The tag may be left out in HTML. A part of a page has no doctype.
        if (preg_match('~^(?:\s|\xef\xbb\xbf|<!--.*?-->)*<(?:!doctype\s+html|html)\b~is', $page) === 1) {
            return $page . $style . str_replace('id="lac-banner"', 'id="lac-banner" class="lac-fixed"', $banner);
        }

        return null;
    }

    private function filter(string $part, int $phase): string
    {
        if ($this->done || $part === '' || !self::isPlainHtml(headers_list())) {
            return $part;
        }
        $page = self::insert($part, $this->html, self::style($this->stylesheet, headers_list()));
        if ($page === null) {
            return $part;
        }
        $this->done = true;
        if (!headers_sent()) {
            header_remove('Content-Length');
        }

        return $page;
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

        return '<link rel="stylesheet" href="' . Html::escape($path) . "\"$nonce>";
    }
}
