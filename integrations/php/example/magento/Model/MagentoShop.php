<?php

declare(strict_types=1);

namespace Lac\MagentoExample\Model;

use Lac\Storefront\Redemption;
use Lac\Storefront\Shop;
use Magento\Customer\Api\CustomerRepositoryInterface;
use Magento\Customer\Model\Session;
use Magento\Framework\Exception\NoSuchEntityException;
use Magento\Framework\UrlInterface;
use Magento\Sales\Model\ResourceModel\Order\CollectionFactory;
use Magento\Store\Model\StoreManagerInterface;

/** Not tested in Magento. Customers of Magento are never admin users: those have a table of their own. */
final class MagentoShop implements Shop
{
    public function __construct(
        private readonly CustomerRepositoryInterface $customers,
        private readonly Session $session,
        private readonly StoreManagerInterface $stores,
        private readonly CollectionFactory $orders,
        private readonly UrlInterface $url,
    ) {
    }

    public function canOpen(string $customerId): bool
    {
        try {
            $customer = $this->customers->getById((int) $customerId);
        } catch (NoSuchEntityException) {
            return false;
        }

        // A customer who has not confirmed the account cannot sign in, and so an agent cannot either.
        return (string) $customer->getConfirmation() === '';
    }

    public function signIn(Redemption $login): void
    {
        // `loginById` would fire `customer_login`, which merges the guest's cart and writes the time of the login.
        $this->session->setCustomerId((int) $login->customerId);
        $this->session->setCustomerGroupId((int) $this->customers->getById((int) $login->customerId)->getGroupId());
    }

    public function signOut(): void
    {
        // The kit empties PHP's session, and Magento keeps nothing elsewhere.
        $this->session->setCustomerId(null);
    }

    public function currentCustomerId(): ?string
    {
        $id = (int) $this->session->getCustomerId();

        return $id > 0 ? (string) $id : null;
    }

    public function landing(Redemption $login): string
    {
        $path = 'customer/account';
        $number = $login->orderNumber();
        if ($number !== null) {
            $orders = $this->orders->create()
                ->addFieldToFilter('increment_id', $number)
                ->addFieldToFilter('customer_id', (int) $login->customerId);
            $order = $orders->getFirstItem();
            if ($order->getId() !== null) {
                $path = 'sales/order/view/order_id/' . $order->getId();
            }
        }

        return (string) parse_url($this->url->getUrl($path), PHP_URL_PATH);
    }

    public function page(string $title, string $html): string
    {
        // A shop puts this into its account layout, with a block of its own.
        return "<!doctype html><html><head><meta charset=\"utf-8\"><title>$title</title></head><body><h1>$title</h1>$html</body></html>";
    }

    public function customerRow(string $customerId): ?array
    {
        $customer = $this->customers->getById((int) $customerId);

        return [
            'id' => $customerId,
            'email' => $customer->getEmail(),
            'name' => trim($customer->getFirstname() . ' ' . $customer->getLastname()),
            'website' => $this->stores->getWebsite($customer->getWebsiteId())->getCode(),
            'active' => true,
            'confirmed' => (string) $customer->getConfirmation() === '',
        ];
    }
}
