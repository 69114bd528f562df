<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The storefront's token, in a file of its own. */
final class TokenFile
{
    /** Others may not read it, and nobody but its owner may write it: mode 0600 or 0640. */
    private const FORBIDDEN_MODE = 0o037;

    public static function read(string $path): string
    {
        clearstatcache(true, $path);
        $mode = @fileperms($path);
        if ($mode === false || !is_file($path)) {
            throw new SettingsException("token file $path: cannot be read");
        }
        if (($mode & self::FORBIDDEN_MODE) !== 0) {
            throw new SettingsException(sprintf(
                'token file %s has mode %04o: other accounts can use it; chmod 0600 or 0640',
                $path,
                $mode & 0o777,
            ));
        }
        $token = @file_get_contents($path, length: 512);
        if ($token === false || !preg_match('/^lac_[A-Za-z0-9]{16,128}$/', trim($token))) {
            throw new SettingsException("token file $path: not readable, or not a token that begins with lac_");
        }

        return trim($token);
    }
}
