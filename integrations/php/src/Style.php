<?php

declare(strict_types=1);

namespace Lac\Storefront;

/** The kit's stylesheet, from an address of its own: a strict policy allows no style within a page. */
final class Style
{
    private const CSS = <<<'CSS'
        #lac-banner { position: sticky; top: 0; z-index: 2147483647; display: flex; flex-wrap: wrap; gap: .5rem 1rem;
          align-items: center; justify-content: center; box-sizing: border-box; width: 100%; margin: 0; padding: .5rem 1rem;
          background: #5c1a00; color: #fff; font: 16px/1.4 system-ui, sans-serif; text-align: center; overflow-wrap: anywhere;
          border-bottom: 3px solid #ffb000; color-scheme: only light }
        #lac-banner.lac-fixed { position: fixed; left: 0 }
        #lac-banner form { margin: 0 }
        #lac-banner strong { color: inherit }
        #lac-banner button { min-height: 2.25rem; padding: .25rem 1rem; border: 1px solid #fff; border-radius: 4px;
          background: #fff; color: #5c1a00; font: inherit; font-weight: 600; cursor: pointer }
        #lac-banner button:focus-visible, .lac-page button:focus-visible { outline: 3px solid #ffb000; outline-offset: 2px }
        .lac-page { margin: 0; background: #fff; color: #1a1a1a; font: 16px/1.5 system-ui, sans-serif }
        .lac-page main { max-width: 34rem; margin: 0 auto; padding: 2rem 1rem; overflow-wrap: anywhere }
        .lac-page h1 { font-size: 1.5rem; line-height: 1.25 }
        .lac-page dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem }
        .lac-page dt { font-weight: 600 }
        .lac-page dd { margin: 0 }
        .lac-page button { min-height: 2.75rem; padding: .5rem 1.5rem; border: 1px solid #5c1a00; border-radius: 4px;
          background: #5c1a00; color: #fff; font: inherit; cursor: pointer }
        @media (prefers-color-scheme: dark) {
          .lac-page { background: #1a1a1a; color: #f0f0f0 }
          .lac-page button { background: #ffb000; border-color: #ffb000; color: #1a1a1a }
        }
        CSS;

    public static function respond(): Response
    {
        return new Response(200, self::CSS, [
            'Content-Type' => 'text/css; charset=utf-8',
            'Cache-Control' => 'public, max-age=3600',
        ]);
    }
}
