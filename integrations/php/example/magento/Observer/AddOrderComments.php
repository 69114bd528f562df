<?php

declare(strict_types=1);

namespace Lac\MagentoExample\Observer;

use Lac\MagentoExample\Model\StorefrontFactory;
use Lac\Storefront\Impersonation;
use Magento\Framework\Event\Observer;
use Magento\Framework\Event\ObserverInterface;

/** Not tested in Magento. Runs once for each order, so for each address of a multishipping checkout, too. */
final class AddOrderComments implements ObserverInterface
{
    public function __construct(private readonly StorefrontFactory $storefronts)
    {
    }

    public function execute(Observer $observer): void
    {
        $agent = $this->storefronts->get()->impersonation();
        if ($agent === null) {
            return;
        }
        $order = $observer->getEvent()->getOrder();
        $order->addCommentToStatusHistory(Impersonation::orderCommentForCustomer(), false, true);
        $order->addCommentToStatusHistory($agent->orderCommentForStaff(), false, false);
    }
}
