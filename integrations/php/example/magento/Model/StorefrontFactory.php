<?php

declare(strict_types=1);

namespace Lac\MagentoExample\Model;

use Lac\Storefront\Settings;
use Lac\Storefront\Storefront;
use Magento\Framework\App\DeploymentConfig;
use Magento\Store\Model\StoreManagerInterface;

/** Not tested in Magento. One storefront per request, with the settings of the website. */
final class StorefrontFactory
{
    private ?Storefront $storefront = null;

    public function __construct(
        private readonly DeploymentConfig $config,
        private readonly StoreManagerInterface $stores,
        private readonly MagentoShop $shop,
    ) {
    }

    public function get(): Storefront
    {
        return $this->storefront ??= new Storefront($this->settings(), $this->shop);
    }

    /** app/etc/env.php: 'lac' => ['url' => …, 'token_file' => …, 'origins' => ['base' => 'https://shop.example']] */
    private function settings(): Settings
    {
        $website = $this->stores->getWebsite()->getCode();
        $path = (string) parse_url($this->stores->getStore()->getBaseUrl(), PHP_URL_PATH);

        return new Settings(
            url: $this->config->get('lac/url'),
            tokenFile: $this->config->get('lac/token_file'),
            origin: $this->config->get("lac/origins/$website"),
            website: $website,
            basePath: rtrim($path, '/'),
            trustedProxyCount: (int) $this->config->get('lac/trusted_proxy_count', 0),
            forbidden: [
                '#/customer/account/(edit|editPost|changeForgotten|resetPassword\w*|createPassword|delete)\b#i',
                '#/customer_account/delete\b#i',
            ],
        );
    }
}
