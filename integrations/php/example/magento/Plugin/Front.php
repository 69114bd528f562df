<?php

declare(strict_types=1);

namespace Lac\MagentoExample\Plugin;

use Lac\MagentoExample\Model\StorefrontFactory;
use Magento\Framework\App\FrontControllerInterface;
use Magento\Framework\App\Http\Context;
use Magento\Framework\App\RequestInterface;
use Magento\Framework\Session\SessionManagerInterface;

/** Not tested in Magento. Runs the kit before anything else of the storefront. */
final class Front
{
    public function __construct(
        private readonly StorefrontFactory $storefronts,
        private readonly SessionManagerInterface $session,
        private readonly Context $context,
    ) {
    }

    public function aroundDispatch(FrontControllerInterface $subject, callable $proceed, RequestInterface $request): mixed
    {
        // Magento's own session: its name, its path and its store.
        $this->session->start();
        $storefront = $this->storefronts->get();
        if ($storefront->handle()) {
            // The kit has sent headers and body. Magento must not add its own.
            exit;
        }
        if ($storefront->impersonation() !== null) {
            // A variant of the page cache of its own (X-Magento-Vary). Its headers keep it out of caches anyway.
            $this->context->setValue('lac_session', $storefront->impersonation()->sessionId, '');
        }

        return $proceed($request);
    }
}
