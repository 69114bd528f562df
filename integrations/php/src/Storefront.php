<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The kit as a shop uses it: one object per request, and `handle` before anything else. */
final class Storefront
{
    public readonly Client $client;
    private readonly Session $session;
    private readonly WayOut $wayOut;
    private ?Impersonation $current = null;

    public function __construct(public readonly Settings $settings, private readonly Shop $shop)
    {
        $this->client = new Client($settings);
        $this->session = new Session($settings);
        $this->wayOut = new WayOut($settings, $shop, $this->client, $this->session);
    }

    /**
     * Serves the kit's own addresses, ends sessions that are over, refuses what an agent may not do, and arranges
     * for the banner and the cache headers.
     *
     * @return bool true: the request is answered, stop here
     */
    public function handle(): bool
    {
        $request = Request::fromGlobals();
        $route = $this->route($request->path);
        // The landing ends whoever is signed in: a former session's state must not stand in its way.
        if ($route === 'login/index') {
            Request::hideSecret();
            $keys = new Keys($this->settings, $this->client);
            $landing = new Landing($this->settings, $this->shop, $this->client, $this->session, $keys);

            return self::sent($landing->respond($request), $request);
        }
        if ($route === 'style.css') {
            return self::sent(Style::respond(), $request);
        }
        $stored = $this->session->resume() ? Impersonation::stored() : null;
        if ($stored !== null) {
            $refusal = $this->isValid($stored) ? $this->beginPage($stored, $request, $route) : $this->forget($request, $route);
            if ($refusal !== null) {
                return self::sent($refusal, $request);
            }
        }
        $response = $this->ownPage($request, $route);

        return $response !== null && self::sent($response, $request);
    }

    /** The agent's session, or null: the customer's own, or nobody's. */
    public function impersonation(): ?Impersonation
    {
        return $this->current;
    }

    /** The banner, for a layout that places it itself; empty outside of an agent's session. */
    public function banner(): string
    {
        return $this->current === null ? '' : Banner::html($this->current, $this->settings, $this->session->csrfToken());
    }

    /** Whether nothing may be changed now. Shops write on GET, too: ask before each write, or use ReadOnlyDatabase. */
    public function isReadOnly(): bool
    {
        return $this->current?->readOnly ?? false;
    }

    /** For password, e-mail address, deleting the account: 403 in an agent's session. True: the request is answered. */
    public function refuseAgents(): bool
    {
        return $this->current !== null && self::sent(Html::notForAgents($this->settings), Request::fromGlobals());
    }

    /** Call this first in the shop's own sign-out: it ends the agent's session in the gateway, too. */
    public function signedOut(): void
    {
        $this->wayOut->end(EndCause::SignedOut);
        $this->current = null;
        foreach (WayOut::HEADERS as $name => $value) {
            header("$name: $value");
        }
    }

    private function isValid(Impersonation $stored): bool
    {
        // Somebody has signed in as somebody else in the same session.
        if ($this->shop->currentCustomerId() !== $stored->customerId) {
            $this->client->endQuietly($stored->sessionId, EndCause::SignedOut);

            return false;
        }

        return $stored->isValid($this->client, $this->settings, microtime(true));
    }

    private function beginPage(Impersonation $impersonation, Request $request, ?string $route): ?Response
    {
        $this->current = $impersonation;
        // A page that the browser has kept from before has no banner, so nothing is "not modified".
        unset($_SERVER['HTTP_IF_NONE_MATCH'], $_SERVER['HTTP_IF_MODIFIED_SINCE']);
        header_register_callback(fn () => self::forbidCaching($impersonation->disablePageCache));
        register_shutdown_function($this->endIfForgotten(...));
        Banner::start($impersonation, $this->settings, $this->session->csrfToken());
        if ($route === 'end') {
            return null;
        }
        $forbidden = in_array($route, ['consent', 'history'], true) || $this->isForbidden($request->path);
        if ($forbidden || ($impersonation->readOnly && !$request->isSafe())) {
            return Html::notForAgents($this->settings);
        }

        return null;
    }

    /** The session is over: this page is the public one. What was about to be changed is not. */
    private function forget(Request $request, ?string $route): ?Response
    {
        $this->wayOut->forget();
        foreach (WayOut::HEADERS as $name => $value) {
            header("$name: $value");
        }
        if ($route === 'end') {
            return Response::redirect($this->settings->basePath . '/', WayOut::HEADERS);
        }

        return $request->isSafe() ? null : Html::message($this->settings, 403, 'The session has ended', 'Nothing was changed.');
    }

    private function ownPage(Request $request, ?string $route): ?Response
    {
        if ($route === 'end') {
            $response = $this->wayOut->respond($request);
            $this->current = Impersonation::isStored() ? $this->current : null;

            return $response;
        }
        if ($route !== 'consent' && $route !== 'history') {
            return null;
        }
        $customerId = $this->session->resume() ? $this->shop->currentCustomerId() : null;
        if ($customerId === null) {
            return Response::redirect($this->settings->basePath . '/');
        }

        return $route === 'consent'
            ? (new ConsentPage($this->settings, $this->shop, $this->client, $this->session))->respond($request, $customerId)
            : (new HistoryPage($this->settings, $this->shop, $this->client))->respond($request, $customerId);
    }

    private function route(string $path): ?string
    {
        foreach (['login/index', 'end', 'consent', 'history', 'style.css'] as $route) {
            if (rtrim($path, '/') === $this->settings->path($route)) {
                return $route;
            }
        }

        return null;
    }

    /** Both as it was sent and as most routers read it: `/account//pass%77ord`. */
    private function isForbidden(string $path): bool
    {
        $plain = preg_replace('#/+(\./+)*#', '/', rawurldecode($path)) ?? $path;
        foreach ($this->settings->forbidden as $pattern) {
            if (preg_match($pattern, $path) === 1 || preg_match($pattern, $plain) === 1) {
                return true;
            }
        }

        return false;
    }

    /** A sign-out of the shop that knows nothing of this kit still ends the agent's session. */
    private function endIfForgotten(): void
    {
        $destroyed = session_id() === '';
        if ($this->current !== null && ($destroyed || !Impersonation::isStored())) {
            $this->client->endQuietly($this->current->sessionId, EndCause::SignedOut);
        }
    }

    /** Runs right before the headers leave: whatever the shop has said of caching, this page is nobody else's. */
    private static function forbidCaching(bool $disablePageCache): void
    {
        $said = implode("\n", preg_grep('/^cache-control:/i', headers_list()) ?: []);
        $store = $disablePageCache || stripos($said, 'no-store') !== false;
        foreach (['ETag', 'Last-Modified', 'Expires', 'Pragma', 'Surrogate-Control', 'CDN-Cache-Control', 'X-Accel-Expires'] as $name) {
            header_remove($name);
        }
        header('Cache-Control: ' . ($store ? 'no-store' : 'private, no-cache'));
        header('Vary: Cookie', false);
    }

    private static function sent(Response $response, Request $request): bool
    {
        $response->send($request->method === 'HEAD');

        return true;
    }
}
