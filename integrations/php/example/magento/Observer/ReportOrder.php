<?php

declare(strict_types=1);

namespace Lac\MagentoExample\Observer;

use Lac\MagentoExample\Model\StorefrontFactory;
use Lac\Storefront\Action;
use Lac\Storefront\Reports;
use Magento\Framework\App\ResourceConnection;
use Magento\Framework\Event\Observer;
use Magento\Framework\Event\ObserverInterface;

/** Not tested in Magento. Runs inside the transaction that saves the order, so both are kept, or neither is. */
final class ReportOrder implements ObserverInterface
{
    public function __construct(
        private readonly StorefrontFactory $storefronts,
        private readonly ResourceConnection $resources,
    ) {
    }

    public function execute(Observer $observer): void
    {
        $storefront = $this->storefronts->get();
        $agent = $storefront->impersonation();
        $order = $observer->getEvent()->getOrder();
        if ($agent === null || !$order->isObjectNew()) {
            return;
        }
        $connection = $this->resources->getConnection('sales')->getConnection();
        $reports = new Reports($connection, $storefront->client, $this->resources->getTableName('lac_report'));
        $reports->record($agent, Action::OrderPlaced, 'order:' . $order->getIncrementId());
        $reports->sendAfterAnswer();
    }
}
