<?php

declare(strict_types=1);

namespace Lac\Storefront;

/**
 * A login token whose Ed25519 signature was verified. It decides whether the landing page shows its button, and
 * nothing else: only redeeming tells whether the login is accepted.
 */
final readonly class LoginToken
{
    private const MAX_LENGTH = 4096;

    private function __construct(
        public string $customerId,
        public string $admin,
        public string $website,
        public string $sessionId,
        public int $expiresAt,
    ) {
    }

    /**
     * @param array<array-key, mixed> $jwks
     * @return ?self null if the token is not valid here and now
     */
    public static function verified(#[\SensitiveParameter] string $secret, array $jwks, Settings $settings, int $now): ?self
    {
        [$header, $claims, $signed, $signature] = self::parsed($secret);
        if ($header === null || $claims === null) {
            return null;
        }
        $key = self::key($jwks, $header['kid'] ?? null);
        $kind = ($header['alg'] ?? null) === 'EdDSA' && ($header['typ'] ?? null) === 'lac-login+jwt' && !isset($header['crit']);
        if (!$kind || $key === null || strlen($signature) !== SODIUM_CRYPTO_SIGN_BYTES) {
            return null;
        }
        if (!sodium_crypto_sign_verify_detached($signature, $signed, $key)) {
            return null;
        }

        return self::accepted($claims, $settings, $now);
    }

    /** The key's id that the token names: unverified. */
    public static function keyId(#[\SensitiveParameter] string $secret): ?string
    {
        $id = self::parsed($secret)[0]['kid'] ?? null;

        return is_string($id) ? $id : null;
    }

    /** The session's id that the token names: unverified. The gateway ends only sessions that this storefront redeemed. */
    public static function sessionId(#[\SensitiveParameter] string $secret): ?string
    {
        $id = self::parsed($secret)[1]['jti'] ?? null;

        return is_string($id) && preg_match('/^[0-9a-f]{32}$/', $id) ? $id : null;
    }

    /** @param array<array-key, mixed> $jwks */
    public static function knowsKey(array $jwks, ?string $keyId): bool
    {
        return self::key($jwks, $keyId) !== null;
    }

    private static function accepted(array $claims, Settings $settings, int $now): ?self
    {
        $customer = $claims['sub'] ?? null;
        $admin = $claims['act']['sub'] ?? null;
        $website = $claims['website'] ?? null;
        $session = $claims['jti'] ?? null;
        $expires = $claims['exp'] ?? null;
        $typed = is_string($customer) && is_string($admin) && is_string($website) && is_string($session) && is_int($expires);
        // `local:N` is not an id of a shop, and no leeway is allowed.
        if (!$typed || !preg_match('/^[1-9][0-9]{0,18}$/', $customer) || $expires <= $now) {
            return null;
        }
        if (($claims['aud'] ?? null) !== $settings->origin || $website !== $settings->website) {
            return null;
        }

        return new self($customer, $admin, $website, $session, $expires);
    }

    /** @return array{?array<array-key, mixed>, ?array<array-key, mixed>, string, string} header, claims, what is signed, signature */
    private static function parsed(#[\SensitiveParameter] string $secret): array
    {
        $parts = explode('.', $secret);
        if (strlen($secret) > self::MAX_LENGTH || count($parts) !== 3) {
            return [null, null, '', ''];
        }
        [$header, $claims, $signature] = array_map(self::decoded(...), $parts);
        if ($header === null || $claims === null || $signature === null) {
            return [null, null, '', ''];
        }
        $header = json_decode($header, true, 8);
        $claims = json_decode($claims, true, 8);

        return [
            is_array($header) ? $header : null,
            is_array($claims) ? $claims : null,
            "$parts[0].$parts[1]",
            $signature,
        ];
    }

    /** @return ?non-empty-string */
    private static function key(array $jwks, mixed $keyId): ?string
    {
        foreach ((array) ($jwks['keys'] ?? []) as $key) {
            $fits = is_array($key) && is_string($keyId) && ($key['kid'] ?? null) === $keyId
                && ($key['kty'] ?? null) === 'OKP' && ($key['crv'] ?? null) === 'Ed25519' && is_string($key['x'] ?? null);
            $bytes = $fits ? self::decoded($key['x']) : null;
            if ($bytes !== null && strlen($bytes) === SODIUM_CRYPTO_SIGN_PUBLICKEYBYTES) {
                return $bytes;
            }
        }

        return null;
    }

    private static function decoded(string $base64url): ?string
    {
        try {
            return sodium_base642bin($base64url, SODIUM_BASE64_VARIANT_URLSAFE_NO_PADDING);
        } catch (\SodiumException) {
            return null;
        }
    }
}
