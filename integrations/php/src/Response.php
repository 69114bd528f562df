<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** An answer of the kit itself. */
final readonly class Response
{
    /** No page of the kit is stored anywhere, framed, or loads anything from elsewhere. */
    private const HEADERS = [
        'Cache-Control' => 'no-store',
        'Content-Security-Policy' => "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'Content-Type' => 'text/html; charset=utf-8',
        // Sends the origin alone. `no-referrer` makes the form's Origin `null`; `same-origin` puts the secret into
        // the Referer of the page's own requests, and so into access logs.
        'Referrer-Policy' => 'strict-origin',
        'X-Content-Type-Options' => 'nosniff',
        'X-Frame-Options' => 'DENY',
        'X-Robots-Tag' => 'noindex, nofollow',
    ];

    /** @param array<string, string> $headers */
    public function __construct(public int $status, public string $body = '', public array $headers = [])
    {
    }

    /** A redirect to a path of this shop, by GET. Anything else goes to the front page: no open redirect. */
    public static function redirect(string $path, array $headers = []): self
    {
        // A backslash is a slash to browsers, and `//host` another host.
        $local = preg_match('#^/(?![/\\\\])[^\x00-\x20\\\\\x7f]*$#', $path) === 1;

        return new self(303, '', ['Location' => $local ? $path : '/'] + $headers);
    }

    /** In the shop's own layout, which has a policy of its own for scripts and styles. */
    public static function inLayout(string $body, int $status = 200): self
    {
        return new self($status, $body, ['Content-Security-Policy' => "frame-ancestors 'none'; form-action 'self'; base-uri 'self'"]);
    }

    public function with(array $headers): self
    {
        return new self($this->status, $this->body, $headers + $this->headers);
    }

    public function send(bool $head): void
    {
        http_response_code($this->status);
        foreach ($this->headers + self::HEADERS as $name => $value) {
            header("$name: $value");
        }
        if (!$head) {
            echo $this->body;
        }
    }
}
