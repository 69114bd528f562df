<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** What the kit reads of the browser's request. */
final readonly class Request
{
    /**
     * @param array<array-key, mixed> $query
     * @param array<array-key, mixed> $post
     * @param array<string, string> $headers names in lower case
     */
    public function __construct(
        public string $method,
        public string $path,
        private array $query = [],
        private array $post = [],
        private array $headers = [],
        public string $peer = '',
    ) {
    }

    public static function fromGlobals(): self
    {
        $headers = [];
        foreach ($_SERVER as $name => $value) {
            if (is_string($value) && str_starts_with($name, 'HTTP_')) {
                $headers[strtolower(strtr(substr($name, 5), '_', '-'))] = $value;
            }
        }
        if (is_string($_SERVER['CONTENT_TYPE'] ?? null)) {
            $headers['content-type'] = $_SERVER['CONTENT_TYPE'];
        }
        // parse_url fails on paths such as `//x`.
        $path = explode('?', (string) ($_SERVER['REQUEST_URI'] ?? '/'), 2)[0];
        // A method in lower case is another method.
        $method = (string) ($_SERVER['REQUEST_METHOD'] ?? 'GET');

        return new self($method, $path, $_GET, $_POST, $headers, (string) ($_SERVER['REMOTE_ADDR'] ?? ''));
    }

    /** Takes the secret out of what error pages and log handlers of the shop print: this object alone has it. */
    public static function hideSecret(): void
    {
        unset($_GET['secret'], $_POST['secret'], $_REQUEST['secret'], $_SERVER['argv']);
        $_SERVER['QUERY_STRING'] = '';
        $_SERVER['REQUEST_URI'] = explode('?', (string) ($_SERVER['REQUEST_URI'] ?? '/'), 2)[0];
    }

    public function query(string $name): ?string
    {
        $value = $this->query[$name] ?? null;

        return is_string($value) ? $value : null;
    }

    public function posted(string $name): ?string
    {
        $value = $this->post[$name] ?? null;

        return is_string($value) ? $value : null;
    }

    public function header(string $name): ?string
    {
        return $this->headers[$name] ?? null;
    }

    /** GET, HEAD and OPTIONS are not meant to change anything. */
    public function isSafe(): bool
    {
        return in_array($this->method, ['GET', 'HEAD', 'OPTIONS'], true);
    }

    /** Whether a page of this very origin posted the form. A missing Origin and `null` are not. */
    public function isFrom(string $origin): bool
    {
        $site = $this->header('sec-fetch-site');

        return strtolower($this->header('origin') ?? '') === $origin && ($site === null || $site === 'same-origin');
    }

    public function isForm(): bool
    {
        $type = strtolower(trim(explode(';', $this->header('content-type') ?? '')[0]));

        return in_array($type, ['application/x-www-form-urlencoded', 'multipart/form-data'], true);
    }

    /**
     * The browser's address: the peer's, or the one that the outermost of your proxies saw.
     *
     * Whatever stands further left in X-Forwarded-For was written by the browser itself.
     */
    public function clientIp(int $trustedProxies): ?string
    {
        $address = $this->peer;
        $forwarded = $this->header('x-forwarded-for');
        if ($trustedProxies > 0 && $forwarded !== null) {
            $hops = array_map(trim(...), explode(',', $forwarded));
            $address = $hops[count($hops) - $trustedProxies] ?? $address;
        }
        $valid = filter_var($address, FILTER_VALIDATE_IP);

        return is_string($valid) ? $valid : null;
    }

    /** The browser's name as it was sent. */
    public function userAgent(): ?string
    {
        return $this->header('user-agent');
    }
}
