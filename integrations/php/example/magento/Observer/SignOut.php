<?php

declare(strict_types=1);

namespace Lac\MagentoExample\Observer;

use Lac\MagentoExample\Model\StorefrontFactory;
use Magento\Framework\Event\Observer;
use Magento\Framework\Event\ObserverInterface;

/** Not tested in Magento. The agent has used the shop's own sign-out. */
final class SignOut implements ObserverInterface
{
    public function __construct(private readonly StorefrontFactory $storefronts)
    {
    }

    public function execute(Observer $observer): void
    {
        $this->storefronts->get()->signedOut();
    }
}
