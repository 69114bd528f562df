<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The gateway's public keys: from its address, or from a file that is at most ten minutes old. */
final class Keys
{
    private const MAX_AGE = 600;

    public function __construct(private readonly Settings $settings, private readonly Client $client)
    {
    }

    /** The token, if its signature, audience, website and life are right. Says nothing about whether it was spent. */
    public function verify(#[\SensitiveParameter] string $secret): ?LoginToken
    {
        $keyId = LoginToken::keyId($secret);
        if ($keyId === null) {
            return null;
        }
        try {
            return LoginToken::verified($secret, $this->keys($keyId), $this->settings, time());
        } catch (Problem | Unreachable | SettingsException $failure) {
            error_log("lac: the gateway's keys cannot be fetched: {$failure->getMessage()}");

            return null;
        }
    }

    /** @return array<array-key, mixed> */
    private function keys(string $keyId): array
    {
        $file = $this->settings->keysFile;
        if ($file !== null && is_file($file) && time() - (int) filemtime($file) < self::MAX_AGE) {
            $kept = json_decode((string) file_get_contents($file), true, 8);
            if (is_array($kept) && LoginToken::knowsKey($kept, $keyId)) {
                return $kept;
            }
        }
        $keys = $this->client->keys();
        if ($file !== null) {
            $new = $file . '.' . bin2hex(random_bytes(6));
            if (file_put_contents($new, json_encode($keys)) !== false) {
                rename($new, $file);
            }
        }

        return $keys;
    }
}
