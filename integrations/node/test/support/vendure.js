// A Vendure server with a shop on it: a product to buy, ways to ship and pay, customers with passwords.
import core from "@vendure/core";
import { vendureConfig } from "../../example/vendure/config.js";
import { Browser } from "./browser.js";

// A test is no installation, and talks to nobody outside.
process.env.VENDURE_DISABLE_TELEMETRY = "true";

export class Api extends Browser {
  constructor(origin, path = "/shop-api") {
    super(origin);
    this.path = path;
  }

  /** One operation; returns `{status, data, errors, headers}`. */
  async query(query, variables = {}, { headers = {} } = {}) {
    const answer = await this.request(this.path, {
      method: "POST",
      body: JSON.stringify({ query, variables }),
      headers: { "content-type": "application/json", ...headers },
      accept: "application/json",
    });
    const json = answer.text.startsWith("{") ? JSON.parse(answer.text) : {};
    return { ...answer, data: json.data ?? null, errors: json.errors ?? [], code: json.errors?.[0]?.extensions?.code };
  }

  /** The same where nothing may go wrong. */
  async ok(query, variables) {
    const { data, errors, status, text } = await this.query(query, variables);
    if (errors.length || !data) throw new Error(`${query.slice(0, 80)}: ${status} ${text}`);
    return data;
  }

  async whoAmI() {
    return (await this.ok("{ activeCustomer { id emailAddress firstName } }")).activeCustomer;
  }
}

export async function startVendure({ port, lac, customers }) {
  const config = vendureConfig({ port, lac, logLevel: core.LogLevel.Error });
  const app = await core.bootstrap(config);
  try {
    await app.get(core.JobQueueService).start();
    const origin = `http://127.0.0.1:${port}`;
    const admin = new Api(origin, "/admin-api");
    await admin.ok('mutation { login(username: "superadmin", password: "superadmin") { __typename } }');
    const variantId = await furnish(admin, customers);
    return { app, admin, origin, variantId };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function furnish(admin, customers) {
  const { createCountry } = await admin.ok('mutation { createCountry(input: { code: "GB", enabled: true, translations: [{ languageCode: en, name: "UK" }] }) { id } }');
  const { createZone } = await admin.ok('mutation ($id: ID!) { createZone(input: { name: "Europe", memberIds: [$id] }) { id } }', createCountry);
  const { createTaxCategory } = await admin.ok('mutation { createTaxCategory(input: { name: "Standard", isDefault: true }) { id } }');
  await admin.ok("mutation ($zone: ID!, $category: ID!) { createTaxRate(input: { name: \"Tax\", enabled: true, value: 20, categoryId: $category, zoneId: $zone }) { id } }", {
    zone: createZone.id,
    category: createTaxCategory.id,
  });
  await admin.ok("mutation ($zone: ID!) { updateChannel(input: { id: 1, defaultTaxZoneId: $zone, defaultShippingZoneId: $zone }) { __typename } }", { zone: createZone.id });
  await admin.ok(`mutation { createShippingMethod(input: { code: "post", fulfillmentHandler: "manual-fulfillment",
    checker: { code: "default-shipping-eligibility-checker", arguments: [{ name: "orderMinimum", value: "0" }] },
    calculator: { code: "default-shipping-calculator", arguments: [{ name: "rate", value: "500" }, { name: "includesTax", value: "auto" }, { name: "taxRate", value: "0" }] },
    translations: [{ languageCode: en, name: "Post", description: "" }] }) { id } }`);
  await admin.ok(`mutation { createPaymentMethod(input: { code: "dummy", enabled: true, handler: { code: "dummy-payment-handler", arguments: [{ name: "automaticSettle", value: "true" }] },
    translations: [{ languageCode: en, name: "Dummy", description: "" }] }) { id } }`);
  const { createProduct } = await admin.ok('mutation { createProduct(input: { translations: [{ languageCode: en, name: "Tea", slug: "tea", description: "" }] }) { id } }');
  const { createProductVariants } = await admin.ok(
    'mutation ($id: ID!) { createProductVariants(input: [{ productId: $id, sku: "TEA", price: 1000, stockOnHand: 1000, trackInventory: FALSE, translations: [{ languageCode: en, name: "Tea" }] }]) { id } }',
    createProduct,
  );
  for (const { firstName, lastName, email, password } of customers) {
    await admin.ok(
      "mutation ($input: CreateCustomerInput!, $password: String) { createCustomer(input: $input, password: $password) { __typename ... on Customer { id } } }",
      { input: { firstName, lastName, emailAddress: email }, password },
    );
  }
  return createProductVariants[0].id;
}

export const ADD = "mutation ($id: ID!, $n: Int!) { addItemToOrder(productVariantId: $id, quantity: $n) { __typename ... on Order { id code totalQuantity } } }";

/** Brings the open order of `api` to the end; returns its code. */
export async function checkOut(api) {
  await api.ok('mutation { setOrderShippingAddress(input: { streetLine1: "1 High Street", city: "London", postalCode: "N1", countryCode: "GB" }) { __typename } }');
  const { eligibleShippingMethods } = await api.ok("{ eligibleShippingMethods { id } }");
  await api.ok("mutation ($ids: [ID!]!) { setOrderShippingMethod(shippingMethodId: $ids) { __typename } }", { ids: [eligibleShippingMethods[0].id] });
  await api.ok('mutation { transitionOrderToState(state: "ArrangingPayment") { __typename ... on OrderStateTransitionError { transitionError } } }');
  const { addPaymentToOrder } = await api.ok('mutation { addPaymentToOrder(input: { method: "dummy", metadata: {} }) { __typename ... on Order { code state } ... on ErrorResult { message } } }');
  if (addPaymentToOrder.state !== "PaymentSettled") throw new Error(JSON.stringify(addPaymentToOrder));
  return addPaymentToOrder.code;
}
