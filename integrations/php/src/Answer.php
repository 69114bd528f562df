<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** Reads fields of the gateway's answers. A missing or odd field makes the answer one that cannot be understood. */
final class Answer
{
    /** @param array<array-key, mixed> $fields */
    public function __construct(private readonly array $fields)
    {
    }

    public function text(string $name): string
    {
        return $this->optionalText($name) ?? throw self::odd($name);
    }

    public function optionalText(string $name): ?string
    {
        $value = $this->fields[$name] ?? null;

        return $value === null || is_string($value) ? $value : throw self::odd($name);
    }

    public function flag(string $name): bool
    {
        $value = $this->fields[$name] ?? null;

        return is_bool($value) ? $value : throw self::odd($name);
    }

    public function seconds(string $name): ?int
    {
        $value = $this->fields[$name] ?? null;

        return $value === null || is_int($value) ? $value : throw self::odd($name);
    }

    /** A time (RFC 3339) as seconds since 1970, never later than it is. */
    public function time(string $name): int
    {
        $found = \DateTimeImmutable::createFromFormat('Y-m-d\TH:i:s.uP', $this->text($name))
            ?: \DateTimeImmutable::createFromFormat('Y-m-d\TH:i:sP', $this->text($name));

        return $found ? $found->getTimestamp() : throw self::odd($name);
    }

    public function nested(string $name): ?self
    {
        $value = $this->fields[$name] ?? null;
        if ($value === null) {
            return null;
        }

        return is_array($value) ? new self($value) : throw self::odd($name);
    }

    private static function odd(string $name): Unreachable
    {
        return new Unreachable("the answer's field $name is missing or of another type");
    }
}
