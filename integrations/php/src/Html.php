<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** Pieces of HTML. No style and no script within: a strict content security policy allows neither. */
final class Html
{
    public static function escape(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5, 'UTF-8');
    }

    public static function hidden(string $name, string $value): string
    {
        return '<input type="hidden" name="' . self::escape($name) . '" value="' . self::escape($value) . '"/>';
    }

    /** A page that loads nothing but the kit's own style. */
    public static function page(Settings $settings, string $title, string $body): string
    {
        return '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            . '<meta name="viewport" content="width=device-width, initial-scale=1">'
            . '<meta name="robots" content="noindex"><title>' . self::escape($title) . '</title>'
            . '<link rel="stylesheet" href="' . self::escape($settings->path('style.css')) . '"></head>'
            . '<body class="lac-page"><main><h1>' . self::escape($title) . "</h1>$body</main></body></html>";
    }

    /** The one error page of the landing. It says nothing about the reason: that is in the log. */
    public static function linkFailed(Settings $settings, int $status = 400): Response
    {
        return self::message($settings, $status, 'This link does not work', 'A login link works once and for a short time. '
            . 'Ask for a new one: <code>lac login</code> creates it.');
    }

    /** What an agent may not do. */
    public static function notForAgents(Settings $settings): Response
    {
        $advice = 'This is not possible while a support agent is signed in for the customer, or not in a read-only session.';

        return self::message($settings, 403, 'Not in this session', $advice);
    }

    /** @param string $advice HTML */
    public static function message(Settings $settings, int $status, string $title, string $advice): Response
    {
        return new Response($status, self::page($settings, $title, "<p>$advice</p>"));
    }

    /** The form was not shown by this session: it ended, or the form came from elsewhere. */
    public static function formExpired(Settings $settings): Response
    {
        return self::message($settings, 400, 'Please try again', 'Nothing was changed. Go back, reload the page, and try again.');
    }

    public static function wrongMethod(Settings $settings, string $allowed): Response
    {
        return self::message($settings, 405, 'Not possible', 'Nothing was changed.')->with(['Allow' => $allowed]);
    }
}
