<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The gateway's calls, one method each. All of them throw Problem and Unreachable. */
final class Client
{
    private readonly Http $http;

    public function __construct(private readonly Settings $settings)
    {
        $this->http = new Http($settings);
    }

    /**
     * Spends a login token. Never retried: a token works once, and a second call would find it spent.
     *
     * If it stays unknown whether the token was spent, the session that may have begun is ended.
     */
    public function redeem(#[\SensitiveParameter] string $secret, ?string $clientIp, ?string $userAgent): Redemption
    {
        try {
            return Redemption::fromAnswer($this->http->call('POST', '/v1/redeem', [
                'token' => $secret,
                'audience' => $this->settings->origin,
                'client_ip' => $clientIp,
                'user_agent' => self::cleanUserAgent($userAgent),
            ]));
        } catch (Unreachable | Problem $failure) {
            $unknown = $failure instanceof Unreachable || $failure->status >= 500;
            $sessionId = LoginToken::sessionId($secret);
            if ($unknown && $sessionId !== null) {
                $this->endQuietly($sessionId, EndCause::Unusable);
            }
            throw $failure;
        }
    }

    /** Whether the session is still valid. Retried once: asking twice does no harm. */
    public function check(string $sessionId): SessionCheck
    {
        $path = '/v1/sessions/' . rawurlencode($sessionId) . '/check';

        return SessionCheck::fromAnswer($this->twice(fn () => $this->http->call('POST', $path, [])));
    }

    /** Ends the session. Retried once: a session that has ended stays as it is. */
    public function end(string $sessionId, EndCause $cause): void
    {
        $path = '/v1/sessions/' . rawurlencode($sessionId) . '/end';
        $this->twice(fn () => $this->http->call('POST', $path, ['cause' => $cause->value]));
    }

    /** Ends the session if the gateway can be reached. */
    public function endQuietly(string $sessionId, EndCause $cause): bool
    {
        try {
            $this->end($sessionId, $cause);

            return true;
        } catch (Problem | Unreachable | SettingsException $failure) {
            error_log("lac: session $sessionId could not be ended: {$failure->getMessage()}");

            return false;
        }
    }

    /**
     * Reports what was done on the customer's behalf. All or none; an id that the session has had adds nothing.
     *
     * @param list<array{id: string, action: string, document?: ?string, summary?: ?string, at?: ?string}> $actions
     */
    public function report(string $sessionId, array $actions): void
    {
        $this->http->call('POST', '/v1/sessions/' . rawurlencode($sessionId) . '/actions', ['actions' => $actions]);
    }

    public function consent(string $customerId): Consent
    {
        return Consent::fromAnswer($this->http->call('GET', self::customer($customerId, 'consent')));
    }

    /** The customer's own choice. Never call it inside an agent's session. */
    public function setConsent(string $customerId, bool $granted): Consent
    {
        return Consent::fromAnswer(
            $this->http->call('PUT', self::customer($customerId, 'consent'), ['granted' => $granted]),
        );
    }

    /** The customer's own answer to an agent who asks. Never call it inside an agent's session. */
    public function answerAsk(string $customerId, string $askId, bool $allow): void
    {
        $path = self::customer($customerId, 'consent-asks/' . rawurlencode($askId));
        $this->http->call('POST', $path, ['decision' => $allow ? 'allow' : 'deny']);
    }

    /** @return array{visits: list<array<string, mixed>>, next: ?string} */
    public function accessHistory(string $customerId, ?string $after = null, int $limit = 50): array
    {
        $query = http_build_query(array_filter(['limit' => $limit, 'after' => $after], fn ($v) => $v !== null));
        $answer = $this->http->call('GET', self::customer($customerId, 'access-history') . "?$query");
        $next = $answer['next'] ?? null;

        return [
            'visits' => array_values(array_filter((array) ($answer['visits'] ?? []), is_array(...))),
            'next' => is_string($next) ? $next : null,
        ];
    }

    /**
     * Tells the gateway of customers. The storefront's account needs `--sync`.
     *
     * @param list<array<string, mixed>> $rows {id, email, name, website, store_view?, active, confirmed} or {id, deleted: true}
     * @return array<string, mixed> {read, created, updated, unchanged, deleted, skipped}
     */
    public function syncCustomers(array $rows): array
    {
        return $this->http->call('POST', '/v1/sync/customers', ['customers' => $rows]);
    }

    /**
     * @param list<array<string, mixed>> $rows {number, customer_id, store_view, placed_at}
     * @return array<string, mixed> {read, created, updated, unchanged, deleted, skipped}
     */
    public function syncOrders(array $rows): array
    {
        return $this->http->call('POST', '/v1/sync/orders', ['orders' => $rows]);
    }

    /** @return array<array-key, mixed> the public keys that sign login tokens (RFC 7517) */
    public function keys(): array
    {
        return $this->http->call('GET', '/.well-known/jwks.json', authenticated: false);
    }

    /** At most 256 printable ASCII characters; the gateway takes no control characters. */
    private static function cleanUserAgent(?string $userAgent): ?string
    {
        $printable = preg_replace(['/[\x00-\x1f\x7f]/', '/[^\x20-\x7e]/'], ['', '?'], $userAgent ?? '') ?? '';
        $cut = trim(substr($printable, 0, 256));

        return $cut === '' ? null : $cut;
    }

    private static function customer(string $customerId, string $what): string
    {
        return '/v1/customers/' . rawurlencode($customerId) . "/$what";
    }

    private function twice(\Closure $call): array
    {
        try {
            return $call();
        } catch (Unreachable) {
            return $call();
        } catch (Problem $problem) {
            if ($problem->status < 500) {
                throw $problem;
            }

            return $call();
        }
    }
}
