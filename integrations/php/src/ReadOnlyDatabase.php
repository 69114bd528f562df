<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** Lets the database refuse what a read-only session must not change, on whatever method the shop writes. */
final class ReadOnlyDatabase
{
    /**
     * Call it on a connection of this request alone, never on a persistent one. The shop's sessions must not be kept
     * over this connection.
     */
    public static function enforce(\PDO $database): void
    {
        $driver = $database->getAttribute(\PDO::ATTR_DRIVER_NAME);
        $database->exec(match ($driver) {
            'sqlite' => 'PRAGMA query_only = ON',
            'mysql' => 'SET SESSION TRANSACTION READ ONLY',
            'pgsql' => 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
            default => throw new SettingsException("a $driver connection cannot be made read-only here"),
        });
    }
}
