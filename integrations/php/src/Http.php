<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** Calls to the gateway over curl: bounded in time and size, no redirects, no proxy from the environment. */
final class Http
{
    private const MAX_ANSWER = 4 * 1024 * 1024;

    private ?\CurlHandle $handle = null;

    public function __construct(private readonly Settings $settings)
    {
    }

    /**
     * @return array<array-key, mixed> the answer's JSON
     * @throws Problem the gateway refused
     * @throws Unreachable no answer that can be understood
     */
    public function call(string $method, string $path, ?array $body = null, bool $authenticated = true): array
    {
        $headers = ['Accept: application/json', 'Expect:'];
        if ($authenticated) {
            $headers[] = 'Authorization: Bearer ' . TokenFile::read($this->settings->tokenFile);
        }
        if ($body !== null) {
            $headers[] = 'Content-Type: application/json';
        }
        [$status, $answer, $retryAfter] = $this->send($method, $path, $headers, $body);
        $json = json_decode($answer, true, 32);
        if ($status >= 200 && $status < 300 && is_array($json)) {
            return $json;
        }
        if ($status >= 400 && is_array($json) && is_string($json['code'] ?? null)) {
            $detail = is_string($json['detail'] ?? null) ? $json['detail'] : '';
            $hint = is_string($json['hint'] ?? null) ? $json['hint'] : null;
            throw new Problem($status, $json['code'], $detail, $hint, $retryAfter);
        }
        throw new Unreachable("$method $path: answer $status is not one of the gateway");
    }

    /** @return array{int, string, ?int} status, body, Retry-After */
    private function send(string $method, string $path, array $headers, ?array $body): array
    {
        $answer = '';
        $retryAfter = null;
        $options = [
            CURLOPT_URL => rtrim($this->settings->url, '/') . $path,
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $headers,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROXY => '',
            CURLOPT_NOSIGNAL => true,
            CURLOPT_CONNECTTIMEOUT_MS => (int) ($this->settings->timeout * 1000),
            CURLOPT_TIMEOUT_MS => (int) ($this->settings->timeout * 1000),
            CURLOPT_HEADERFUNCTION => static function ($handle, string $line) use (&$retryAfter): int {
                if (preg_match('/^retry-after:\s*(\d{1,5})\s*$/i', $line, $found)) {
                    $retryAfter = (int) $found[1];
                }

                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function ($handle, string $part) use (&$answer): int {
                $answer .= $part;

                return strlen($answer) > self::MAX_ANSWER ? 0 : strlen($part);
            },
        ];
        if ($body !== null) {
            // An empty list of fields is an object, too.
            $flags = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;
            $options[CURLOPT_POSTFIELDS] = json_encode($body === [] ? new \stdClass() : $body, $flags);
        }
        if ($this->settings->caFile !== null) {
            $options[CURLOPT_CAINFO] = $this->settings->caFile;
        }
        $handle = $this->handle ??= curl_init();
        curl_reset($handle);
        curl_setopt_array($handle, $options);
        if (curl_exec($handle) === false) {
            throw new Unreachable("$method $path: " . curl_error($handle));
        }

        return [curl_getinfo($handle, CURLINFO_RESPONSE_CODE), $answer, $retryAfter];
    }
}
