<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The page that a login URL opens. GET shows one button; only its POST spends the token. */
final class Landing
{
    public function __construct(
        private readonly Settings $settings,
        private readonly Shop $shop,
        private readonly Client $client,
        private readonly Session $session,
        private readonly Keys $keys,
    ) {
    }

    public function respond(Request $request): Response
    {
        return match ($request->method) {
            'GET', 'HEAD' => $this->show($request),
            'POST' => $this->redeem($request),
            default => Html::wrongMethod($this->settings, 'GET, HEAD, POST'),
        };
    }

    private function show(Request $request): Response
    {
        $secret = $request->query('secret') ?? '';
        $token = $this->keys->verify($secret);
        if ($token === null) {
            return Html::linkFailed($this->settings);
        }
        $html = Html::escape(...);
        $body = '<p>This page is for support staff only. It opens the account of a customer. If you are a customer, close it.</p>'
            . "<dl><dt>Customer</dt><dd>{$html($token->customerId)}</dd><dt>Website</dt><dd>{$html($token->website)}</dd>"
            . "<dt>Support agent</dt><dd>{$html($token->admin)}</dd></dl>"
            . '<p>Whoever is signed in to the shop in this browser will be signed out.</p>'
            . '<form method="post" action="' . $html($request->path) . '">'
            . Html::hidden('secret', $secret)
            . Html::hidden('csrf', $this->session->csrfToken())
            . '<button>Log in as this customer</button></form>';

        return new Response(200, Html::page($this->settings, 'Log in as a customer', $body));
    }

    private function redeem(Request $request): Response
    {
        $secret = $request->posted('secret') ?? '';
        $own = $request->isForm() && $request->isFrom($this->settings->origin);
        if (!$own || !$this->session->hasShown($request->posted('csrf'))) {
            error_log('lac: a landing was not posted from its own page');

            return Html::linkFailed($this->settings);
        }
        $askedAt = microtime(true);
        try {
            $login = $this->client->redeem($secret, $request->clientIp($this->settings->trustedProxyCount), $request->userAgent());
        } catch (Problem | Unreachable | SettingsException $failure) {
            error_log("lac: a login was refused: {$failure->getMessage()}");

            return Html::linkFailed($this->settings, $failure instanceof Problem && !$failure->isTemporary() ? 400 : 503);
        }

        return $this->open($login, $askedAt);
    }

    /** Opens what was redeemed, or ends it. */
    private function open(Redemption $login, float $askedAt): Response
    {
        $opened = false;
        try {
            $isOurs = $login->website === $this->settings->website && preg_match('/^[1-9][0-9]{0,18}$/', $login->customerId) === 1;
            if ($isOurs && $this->shop->canOpen($login->customerId)) {
                $former = Impersonation::stored();
                if ($former !== null && $former->sessionId !== $login->sessionId) {
                    $this->client->endQuietly($former->sessionId, EndCause::Left);
                }
                $this->shop->signOut();
                $this->session->flush();
                $this->shop->signIn($login);
                Impersonation::begin($login, $askedAt);
                $landing = $this->shop->landing($login);
                $opened = true;

                return Response::redirect($landing, ['Clear-Site-Data' => '"cache"']);
            }
            error_log("lac: customer $login->customerId of website $login->website cannot be opened here");
        } catch (\Throwable $failure) {
            error_log("lac: customer $login->customerId cannot be opened: " . $failure::class . ": {$failure->getMessage()}");
            $this->session->flush();
        } finally {
            if (!$opened) {
                $this->client->endQuietly($login->sessionId, EndCause::Unusable);
            }
        }

        return Html::linkFailed($this->settings);
    }
}
