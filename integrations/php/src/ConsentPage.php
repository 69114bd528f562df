<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The customer's own checkbox, and the answer to an agent who asks. Part of the account page. */
final class ConsentPage
{
    public function __construct(
        private readonly Settings $settings,
        private readonly Shop $shop,
        private readonly Client $client,
        private readonly Session $session,
    ) {
    }

    /** @param string $customerId who is signed in, without an agent */
    public function respond(Request $request, string $customerId): Response
    {
        return match ($request->method) {
            'GET', 'HEAD' => $this->show($customerId),
            'POST' => $this->change($request, $customerId),
            default => Html::wrongMethod($this->settings, 'GET, HEAD, POST'),
        };
    }

    private function show(string $customerId): Response
    {
        try {
            $consent = $this->known($customerId, fn () => $this->client->consent($customerId));
        } catch (Problem | Unreachable | SettingsException $failure) {
            return $this->failed($failure);
        }
        $html = Html::escape(...);
        $csrf = Html::hidden('csrf', $this->session->csrfToken());
        $action = $html($this->settings->path('consent'));
        $part = $consent->ask === null ? '' : $this->ask($consent->ask, $action, $csrf);
        $changeable = $consent->canChange ? '' : ' disabled';
        $part .= "<form method=\"post\" action=\"$action\" id=\"lac-consent\">$csrf<p><input type=\"checkbox\" id=\"lac-granted\""
            . ' name="granted" value="1" aria-describedby="lac-tooltip"' . ($consent->granted ? ' checked' : '') . $changeable . '> '
            . "<label for=\"lac-granted\">{$html($consent->title)}</label></p><p id=\"lac-tooltip\">{$html($consent->tooltip)}</p>"
            . ($consent->granted && $consent->until !== null ? '<p>Allowed until ' . self::time($consent->until) . '.</p>' : '')
            . "<p><button$changeable>Save</button></p></form>";

        return Response::inLayout($this->shop->page($html($consent->title), $part));
    }

    private function change(Request $request, string $customerId): Response
    {
        if (!$request->isForm() || !$request->isFrom($this->settings->origin) || !$this->session->hasShown($request->posted('csrf'))) {
            return Html::formExpired($this->settings);
        }
        $ask = $request->posted('ask');
        $decision = $request->posted('decision');
        $granted = $request->posted('granted');
        if ($ask !== null && !in_array($decision, ['allow', 'deny'], true)) {
            return Html::formExpired($this->settings);
        }
        try {
            if ($ask !== null) {
                $this->client->answerAsk($customerId, $ask, $decision === 'allow');
            } else {
                // A checkbox that is not ticked is not sent.
                $yes = $granted !== null && !in_array($granted, ['', '0', 'false'], true);
                $this->known($customerId, fn () => $this->client->setConsent($customerId, $yes));
            }
        } catch (Problem | Unreachable | SettingsException $failure) {
            return $this->failed($failure);
        }

        return Response::redirect($this->settings->path('consent'));
    }

    private function ask(Ask $ask, string $action, string $csrf): string
    {
        $hours = max(1, intdiv($ask->duration + 1800, 3600));
        $length = $hours === 1 ? '1 hour' : "$hours hours";
        $ticket = $ask->ticket === null ? '' : ' (ticket ' . Html::escape($ask->ticket) . ')';

        return "<form method=\"post\" action=\"$action\" id=\"lac-ask\">$csrf" . Html::hidden('ask', $ask->id)
            . '<p>Support of ' . Html::escape($ask->websiteName) . " asks to open your account for up to $length$ticket.</p>"
            . '<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Do not allow</button></p></form>';
    }

    /** Tells the gateway of a customer whom it does not know, and tries again, once. */
    private function known(string $customerId, \Closure $call): Consent
    {
        try {
            return $call();
        } catch (Problem $problem) {
            $row = $problem->problemCode === 'customer_not_found' ? $this->shop->customerRow($customerId) : null;
            if ($row === null) {
                throw $problem;
            }
            $this->client->syncCustomers([$row]);

            return $call();
        }
    }

    private function failed(\Exception $failure): Response
    {
        error_log("lac: consent: {$failure->getMessage()}");
        $part = '<p>This is not available at the moment. Nothing was changed. Please try again later.</p>';

        return Response::inLayout($this->shop->page('Not available', $part), 503);
    }

    private static function time(string $time): string
    {
        $at = new \DateTimeImmutable($time);

        return '<time datetime="' . Html::escape($time) . '">' . $at->setTimezone(new \DateTimeZone('UTC'))->format('Y-m-d H:i') . ' UTC</time>';
    }
}
