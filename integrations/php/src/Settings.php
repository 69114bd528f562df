<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** What the kit has to know about the shop and the gateway. Checked when it is made. */
final readonly class Settings
{
    /** A check is trusted for this many seconds at most. */
    private const MAX_CHECK_EVERY = 2;

    /** The origin as browsers send it: lower case, without a default port. */
    public string $origin;

    /**
     * @param string $url where the gateway answers: https, or http on loopback
     * @param string $tokenFile file with the storefront's token, readable by no other account
     * @param string $origin this shop's own origin, never taken from the request's Host
     * @param string $website the code of this shop's website
     * @param string $basePath path of the store view's base URL, such as `/de`, without a slash at the end
     * @param ?string $caFile certificates that the gateway's is checked against (default: the system's)
     * @param int $staleAfter without a good answer for so many seconds, sessions end
     * @param int $checkEvery seconds that a good answer counts, 0 to 2
     * @param int $trustedProxyCount how many proxies of yours add to X-Forwarded-For
     * @param list<string> $forbidden regular expressions of paths that are 403 in an agent's session:
     *     password, e-mail address, deleting the account
     * @param ?string $keysFile where the gateway's public keys are kept between requests: a file in a
     *     directory that only the shop can write
     * @param float $timeout seconds that one call may take, at most 2
     */
    public function __construct(
        public string $url,
        public string $tokenFile,
        string $origin,
        public string $website,
        public string $basePath = '',
        public ?string $caFile = null,
        public int $staleAfter = 30,
        public int $checkEvery = self::MAX_CHECK_EVERY,
        public int $trustedProxyCount = 0,
        public array $forbidden = [],
        public ?string $keysFile = null,
        public float $timeout = 2.0,
    ) {
        $parts = parse_url($url);
        $scheme = $parts['scheme'] ?? '';
        $host = $parts['host'] ?? '';
        if ($host === '' || !in_array($scheme, ['http', 'https'], true) || isset($parts['query'])) {
            throw new SettingsException('url must be the gateway\'s address, such as https://gateway.example');
        }
        if ($scheme === 'http' && !self::isLoopback($host)) {
            throw new SettingsException('url must be https: http is for loopback only');
        }
        $this->origin = self::normalizedOrigin($origin);
        if ($website === '') {
            throw new SettingsException('website must be the code of this shop\'s website');
        }
        if ($basePath !== '' && !preg_match('#^(/[A-Za-z0-9_.~-]+)+$#', $basePath)) {
            throw new SettingsException('base path must begin with a slash and not end with one');
        }
        if ($checkEvery < 0 || $checkEvery > self::MAX_CHECK_EVERY) {
            throw new SettingsException('checkEvery must be 0 to ' . self::MAX_CHECK_EVERY . ' seconds');
        }
        if ($staleAfter < $checkEvery || $staleAfter > 30) {
            throw new SettingsException('staleAfter must be at least checkEvery and at most 30 seconds');
        }
        if ($trustedProxyCount < 0 || $timeout <= 0 || $timeout > 2) {
            throw new SettingsException('trustedProxyCount must not be negative, timeout must be over 0 and at most 2 s');
        }
    }

    public function path(string $route): string
    {
        return $this->basePath . '/loginascustomer/' . $route;
    }

    public function isSecure(): bool
    {
        return str_starts_with($this->origin, 'https:');
    }

    private static function isLoopback(string $host): bool
    {
        return $host === 'localhost' || $host === '[::1]' || preg_match('/^127(\.\d{1,3}){3}$/', $host) === 1;
    }

    private static function normalizedOrigin(string $origin): string
    {
        if (!preg_match('#^(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$#i', $origin, $found)) {
            throw new SettingsException('origin must be scheme, host and port alone, such as https://shop.example');
        }
        [, $scheme, $host] = array_map(strtolower(...), $found);
        if ($scheme === 'http' && !self::isLoopback($host)) {
            throw new SettingsException('origin must be https: http is for loopback only');
        }
        $port = $found[3] ?? '';
        $standard = $scheme === 'https' ? '443' : '80';

        return "$scheme://$host" . ($port === '' || $port === $standard ? '' : ":$port");
    }
}
