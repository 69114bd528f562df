<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** Ends of an agent's session: the banner's button, the shop's own sign-out, and what the gateway says. */
final class WayOut
{
    /** Nothing that was shown in the session may come back from the browser's cache. */
    public const HEADERS = ['Clear-Site-Data' => '"cache"', 'Cache-Control' => 'no-store'];

    public function __construct(
        private readonly Settings $settings,
        private readonly Shop $shop,
        private readonly Client $client,
        private readonly Session $session,
    ) {
    }

    public function respond(Request $request): Response
    {
        if ($request->method !== 'POST') {
            return Html::wrongMethod($this->settings, 'POST');
        }
        if (!$request->isFrom($this->settings->origin) || !$this->session->hasShown($request->posted('csrf'))) {
            return Html::formExpired($this->settings);
        }
        $this->end(EndCause::Left);

        return Response::redirect($this->settings->basePath . '/', self::HEADERS);
    }

    /** Tells the gateway, then forgets the customer here, whether or not it answered. */
    public function end(EndCause $cause): void
    {
        $impersonation = Impersonation::stored();
        if ($impersonation !== null) {
            $this->client->endQuietly($impersonation->sessionId, $cause);
            $this->forget();
        }
    }

    public function forget(): void
    {
        $this->shop->signOut();
        $this->session->flush();
    }
}
