<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** PHP's session, with the shop's own settings where the shop has started it already. */
final class Session
{
    private const CSRF = 'lac_csrf';

    public function __construct(private readonly Settings $settings)
    {
    }

    /** Continues the browser's session if it has one. A visitor without one does not get one. */
    public function resume(): bool
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            return true;
        }
        if (!is_string($_COOKIE[session_name()] ?? null)) {
            return false;
        }
        $this->start();
        if ($_SESSION === []) {
            // An unknown id, or one that has been replaced: the browser keeps the cookie that it has.
            session_abort();
            self::keepCookie();

            return false;
        }

        return true;
    }

    /** Takes back the session cookie of this answer, and no other cookie. */
    private static function keepCookie(): void
    {
        $others = array_filter(headers_list(), static fn (string $line) => stripos($line, 'Set-Cookie:') === 0
            && !str_starts_with(trim(substr($line, strlen('Set-Cookie:'))), session_name() . '='));
        header_remove('Set-Cookie');
        foreach ($others as $line) {
            header($line, false);
        }
    }

    public function start(): void
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            return;
        }
        session_start([
            'use_strict_mode' => 1,
            'use_only_cookies' => 1,
            'cookie_httponly' => 1,
            'cookie_secure' => $this->settings->isSecure(),
            'cookie_samesite' => 'Lax',
            // The kit and the shop say what may be cached.
            'cache_limiter' => '',
        ]);
    }

    /** Forgets everything, under a new id: nothing of the former visitor is taken over. */
    public function flush(): void
    {
        $this->start();
        $_SESSION = [];
        session_regenerate_id(true);
    }

    public function csrfToken(): string
    {
        $this->start();
        if (!is_string($_SESSION[self::CSRF] ?? null)) {
            $_SESSION[self::CSRF] = bin2hex(random_bytes(32));
        }

        return $_SESSION[self::CSRF];
    }

    /** Whether this very session has shown the form. */
    public function hasShown(?string $token): bool
    {
        $known = $this->resume() ? ($_SESSION[self::CSRF] ?? null) : null;

        return is_string($known) && is_string($token) && hash_equals($known, $token);
    }
}
