<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** When support was in the customer's account, for how long, and what was done there. */
final class HistoryPage
{
    private const WORDS = [
        'order_placed' => 'an order was placed',
        'account_changed' => 'the account was changed',
        'address_changed' => 'an address was changed',
        'cart_changed' => 'the cart was changed',
    ];

    public function __construct(
        private readonly Settings $settings,
        private readonly Shop $shop,
        private readonly Client $client,
    ) {
    }

    /** @param string $customerId who is signed in, without an agent */
    public function respond(Request $request, string $customerId): Response
    {
        if (!in_array($request->method, ['GET', 'HEAD'], true)) {
            return Html::wrongMethod($this->settings, 'GET, HEAD');
        }
        try {
            $page = $this->client->accessHistory($customerId, $request->query('after'));
        } catch (Problem $problem) {
            if ($problem->problemCode !== 'customer_not_found') {
                return $this->failed($problem);
            }
            // Nobody logs in as a customer whom the gateway does not know.
            $page = ['visits' => [], 'next' => null];
        } catch (Unreachable | SettingsException $failure) {
            return $this->failed($failure);
        }
        $rows = implode('', array_map(self::row(...), $page['visits']));
        $part = $rows === '' ? '<p>Nobody of support was in your account.</p>' : '<ol id="lac-history">' . $rows . '</ol>';
        if ($page['next'] !== null) {
            $part .= '<p><a href="' . Html::escape($this->settings->path('history') . '?after=' . rawurlencode($page['next'])) . '">Earlier</a></p>';
        }

        return Response::inLayout($this->shop->page('Support in your account', $part));
    }

    /** @param array<string, mixed> $visit */
    private static function row(array $visit): string
    {
        $text = static fn (string $name): ?string => is_string($visit[$name] ?? null) && $visit[$name] !== '' ? $visit[$name] : null;
        $started = $text('started_at') ?? '';
        $facts = [is_int($visit['duration'] ?? null) ? self::length($visit['duration']) : 'not over yet'];
        $facts[] = 'on ' . ($text('website_name') ?? $text('website') ?? '');
        if (($visit['read_only'] ?? false) === true) {
            $facts[] = 'read only';
        }
        foreach (['admin_full_name' => 'by ', 'reason' => 'reason: ', 'ticket' => 'ticket '] as $name => $word) {
            $value = $text($name) ?? ($name === 'admin_full_name' ? $text('admin') : null);
            if ($value !== null) {
                $facts[] = $word . $value;
            }
        }
        foreach ((array) ($visit['actions'] ?? []) as $action) {
            $document = is_string($action['document'] ?? null) ? ' (' . $action['document'] . ')' : '';
            $facts[] = (self::WORDS[$action['action'] ?? ''] ?? 'something else was done') . $document;
        }

        return '<li><time datetime="' . Html::escape($started) . '">' . Html::escape(substr(strtr($started, 'T', ' '), 0, 16)) . ' UTC</time>: '
            . Html::escape(implode('; ', $facts)) . '</li>';
    }

    private static function length(int $seconds): string
    {
        return $seconds < 60 ? "$seconds s" : intdiv($seconds, 60) . ' min';
    }

    private function failed(\Exception $failure): Response
    {
        error_log("lac: history: {$failure->getMessage()}");

        return Response::inLayout($this->shop->page('Not available', '<p>This is not available at the moment. Please try again later.</p>'), 503);
    }
}
