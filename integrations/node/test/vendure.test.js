// The whole loop with a real Vendure server on SQLite.
import core from "@vendure/core";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LacOutboxEntity, LacService } from "lac-storefront/vendure";
import { currentRequest } from "../src/vendure/cache.js";
import { formOf, pathAndQuery } from "./support/browser.js";
import { Lac, freePort, until } from "./support/lac.js";
import { ADD, Api, checkOut, startVendure } from "./support/vendure.js";

const {
  Administrator, ConfigService, EventBus, LoginEvent, Order, OrderService, RequestContextService, Role, SessionService, TransactionalConnection, User,
} = core;
const STALE_AFTER = 3;
const CUSTOMERS = [
  { firstName: "Jane", lastName: "Doe", email: "jane@example.com", password: "jane-jane" },
  { firstName: "Bob", lastName: "Birch", email: "bob@example.com", password: "bob-bob" },
  { firstName: "Sam", lastName: "Staff", email: "sam@example.com", password: "sam-sam" },
];
let lac;
let shop;
let origin;
let logins = 0;
const agents = {};
const timed = {};

before(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  lac = await Lac.start({ origin });
  for (const name of ["anna", "ben", "dora", "eli", "max", "ida"]) agents[name] = await lac.agent(name);
  shop = await startVendure({
    port,
    customers: CUSTOMERS,
    lac: { url: lac.url, tokenFile: lac.tokenFile, origin, website: "base", staleAfter: STALE_AFTER, orderPath: (code) => `/orders/${code}`, forbid: ["applyCouponCode"] },
  });
  shop.app.get(EventBus).ofType(LoginEvent).subscribe(() => (logins += 1));
  timed.longest = await lac.withConfig({ "lac/session/max_duration": "60" }, () => landed(agents.max, 2));
  timed.idle = await lac.withConfig({ "lac/session/idle_timeout": "60" }, () => landed(agents.ida, 2));
  timed.began = Date.now();
});

after(async () => {
  await shop?.app.close();
  await lac?.stop();
});

const secretOf = (url) => new URL(url).searchParams.get("secret");
const sessionOf = (url) => JSON.parse(Buffer.from(secretOf(url).split(".")[1], "base64url")).jti;
const table = (entity) => shop.app.get(TransactionalConnection).rawConnection.getRepository(entity);
const LAND = "mutation ($secret: String!) { loginAsCustomer(secret: $secret) { text landing readOnly customerName websiteName } }";
const LOGIN = "mutation ($name: String!, $password: String!) { login(username: $name, password: $password) { __typename } }";

async function landed(agent, customer = 1, ...args) {
  const browser = new Api(origin);
  const url = await lac.loginUrl(agent, customer, ...args);
  const answer = await browser.land(url);
  assert.equal(answer.status, 303, answer.text);
  return { browser, url, answer, sessionId: sessionOf(url) };
}

async function signedIn(name) {
  const browser = new Api(origin);
  const { login } = await browser.ok(LOGIN, { name: `${name}@example.com`, password: `${name}-${name}` });
  assert.equal(login.__typename, "CurrentUser");
  return browser;
}

const endCause = (sessionId, cause) => until(`the session is ended: ${cause}`, async () => (await lac.session(sessionId)).end_cause === cause);

describe("a session of its own", () => {
  test("by the landing page, with a cookie", async () => {
    const { browser, answer } = await landed(agents.anna);
    assert.equal(answer.location, "/account");
    assert.equal((await browser.whoAmI()).emailAddress, "jane@example.com");
    const { lacSession } = await browser.ok("{ lacSession { text readOnly } }");
    assert.deepEqual(lacSession, { text: "You are connected as Jane Doe on Main Website.", readOnly: false });
    assert.match((await browser.query("{ lacSession { text } }")).headers.get("cache-control"), /private, no-store/);
    assert.equal((await new Api(origin).ok("{ lacSession { text } }")).lacSession, null);
  });

  test("by the mutation, for a storefront elsewhere, with a bearer token", async () => {
    const api = new Api(origin);
    const answer = await api.query(LAND, { secret: secretOf(await lac.loginUrl(agents.anna, 1)) });
    assert.equal(answer.data?.loginAsCustomer.landing, "/account", answer.text);
    const other = new Api(origin);
    const headers = { authorization: `Bearer ${answer.headers.get("vendure-auth-token")}` };
    assert.equal((await other.query("{ activeCustomer { firstName } }", {}, { headers })).data.activeCustomer.firstName, "Jane");
    const elsewhere = { ...headers, "vendure-token": "another-channel" };
    assert.equal((await other.query("{ activeCustomer { firstName } }", {}, { headers: elsewhere })).status, 403, "another channel");
    const admin = new Api(origin, "/admin-api");
    assert.equal((await admin.query("{ me { id } }", {}, { headers })).status, 403, "the administration");
  });

  test("the customer's own sessions stay, nobody has logged in, and the guest's order is not merged", async () => {
    const own = await signedIn("jane");
    await own.ok(ADD, { id: shop.variantId, n: 1 });
    const before = (await table(User).findOne({ where: { identifier: "jane@example.com" } })).lastLogin?.getTime();
    const count = logins;
    const browser = new Api(origin);
    const { addItemToOrder: guest } = await browser.ok(ADD, { id: shop.variantId, n: 7 });
    assert.equal((await browser.land(await lac.loginUrl(agents.anna, 1))).status, 303);
    const { activeOrder } = await browser.ok("{ activeOrder { code totalQuantity } }");
    assert.equal(activeOrder.totalQuantity, 1, "the customer's own order, as it was");
    assert.notEqual(activeOrder.code, guest.code);
    assert.equal((await own.whoAmI()).firstName, "Jane");
    assert.equal((await table(User).findOne({ where: { identifier: "jane@example.com" } })).lastLogin?.getTime(), before);
    assert.equal(logins, count);
    const logout = await browser.ok("mutation { out: logout { success __typename } }");
    assert.deepEqual(logout.out, { success: true, __typename: "Success" });
    assert.equal(await browser.whoAmI(), null);
    assert.equal((await own.whoAmI()).firstName, "Jane", "logout ends the agent's session alone");
  });

  test("who is signed in in the browser is signed out there", async () => {
    const browser = await signedIn("bob");
    const cookies = new Map(browser.cookies);
    await browser.land(await lac.loginUrl(agents.anna, 1));
    assert.equal((await browser.whoAmI()).firstName, "Jane");
    browser.cookies = cookies;
    assert.equal(await browser.whoAmI(), null);
  });

  test("is in no cache of Vendure's", async () => {
    const { browser } = await landed(agents.anna);
    for (let count = 0; count < 3; count += 1) await browser.ok(ADD, { id: shop.variantId, n: 1 });
    const { token } = JSON.parse(Buffer.from(browser.cookies.get("shop-session"), "base64"));
    const strategy = shop.app.get(ConfigService).authOptions.sessionCacheStrategy;
    assert.ok(token.startsWith("lac-session-"));
    assert.equal(await strategy.inner.get(token), undefined);
  });

  test("is taken from no request that the plugin has not looked at", async () => {
    const { browser } = await landed(agents.anna);
    const { token } = JSON.parse(Buffer.from(browser.cookies.get("shop-session"), "base64"));
    const sessions = shop.app.get(SessionService);
    await assert.rejects(sessions.getSessionFromToken(token), /was not checked/);
    await assert.rejects(currentRequest.run({ lac: { token: "another" } }, () => sessions.getSessionFromToken(token)), /was not checked/);
    assert.ok(await browser.whoAmI());
  });

  test("ends by the way out, and by logout", async () => {
    const first = await landed(agents.anna);
    assert.equal((await first.browser.ok("mutation { endLoginAsCustomer { success } }")).endLoginAsCustomer.success, true);
    assert.equal(await first.browser.whoAmI(), null);
    await endCause(first.sessionId, "left");
    const second = await landed(agents.anna);
    await second.browser.ok("mutation { logout { success } }");
    await endCause(second.sessionId, "signed_out");
  });
});

describe("refused", () => {
  test("replay, tampered, foreign origins and other content types; nobody is signed in", async () => {
    const { url } = await landed(agents.anna);
    const fresh = secretOf(await lac.loginUrl(agents.ben, 1));
    const attempts = [
      [secretOf(url), {}],
      [`${fresh.slice(0, -8)}AAAAAAAA`, {}],
      [fresh, { origin: "https://evil.example" }],
      [fresh, { origin: "null" }],
      [fresh, { "content-type": "application/graphql+json" }],
    ];
    for (const [secret, headers] of attempts) {
      const api = new Api(origin);
      const answer = await api.query(LAND, { secret }, { headers });
      assert.ok(!answer.data?.loginAsCustomer && answer.status >= 400, JSON.stringify(headers));
      if (!headers["content-type"]) assert.deepEqual([answer.status, answer.code, answer.errors[0].message], [403, "LAC_REFUSED", "You cannot sign in with this link"]);
      assert.equal(await api.whoAmI(), null);
    }
    const get = await new Api(origin).get(`/shop-api?query=${encodeURIComponent(`mutation { loginAsCustomer(secret: "${fresh}") { text } }`)}`);
    assert.ok(get.status >= 400);
    const api = new Api(origin);
    assert.equal((await api.query(LAND, { secret: fresh })).data?.loginAsCustomer.customerName, "Jane Doe", "none of these spent it");
  });

  test("the landing page's form must be its own", async () => {
    const url = await lac.loginUrl(agents.ben, 1);
    const browser = new Api(origin);
    for (const method of ["GET", "HEAD"]) assert.equal((await browser.request(pathAndQuery(url), { method })).status, 200);
    const page = await browser.get(pathAndQuery(url));
    assert.equal(page.headers.get("referrer-policy"), "strict-origin");
    const { action, fields } = formOf(page.text);
    assert.equal((await browser.post(action, fields, { headers: { origin: "null" } })).status, 403);
    assert.equal((await browser.post(action, { ...fields, csrf: "" })).status, 403);
    assert.equal((await browser.press(page)).status, 303);
  });

  test("an account with a role in the administration, or that the shop does not know, is unusable", async () => {
    const user = await table(User).findOne({ where: { identifier: "sam@example.com" }, relations: ["roles"] });
    const roles = user.roles;
    user.roles = [...roles, await table(Role).findOne({ where: { code: "__super_admin_role__" } })];
    await table(User).save(user);
    for (const customer of [3, 99]) {
      const url = await lac.loginUrl(agents.ben, customer);
      const browser = new Api(origin);
      assert.equal((await browser.land(url)).status, 403);
      assert.equal(await browser.whoAmI(), null);
      await endCause(sessionOf(url), "unusable");
    }
    user.roles = roles;
    await table(User).save(user);
    const admin = await table(Administrator).save(new Administrator({ firstName: "Sam", lastName: "Staff", emailAddress: "sam@example.com", user }));
    const url = await lac.loginUrl(agents.ben, 3);
    assert.equal((await new Api(origin).land(url)).status, 403, "an administrator's user, whatever its roles");
    await endCause(sessionOf(url), "unusable");
    await table(Administrator).delete({ id: admin.id });
  });
});

describe("an end elsewhere", () => {
  test("a session goes on for as long as the gateway says so", async () => {
    const { browser } = await landed(agents.anna);
    for (let count = 0; count < 2; count += 1) {
      await new Promise((done) => setTimeout(done, 2_100));
      assert.equal((await browser.whoAmI())?.firstName, "Jane");
    }
  });

  const ends = {
    "lac session end": ["session", "end"],
    "lac consent revoke": ["consent", "revoke", "1"],
    "lac user disable": ["user", "disable", "dora"],
    "lac role deny": ["role", "deny", "elis", "login_button"],
  };
  for (const [name, end] of Object.entries(ends)) {
    test(`${name}: within 5 s the next request is a guest's`, async () => {
      await lac.run("consent", "grant", "1");
      const visit = await landed(name.includes("role") ? agents.eli : name.includes("user") ? agents.dora : agents.anna);
      assert.ok(await visit.browser.whoAmI());
      await lac.run(...end, ...(end[0] === "session" ? [visit.sessionId] : []));
      const ended = Date.now();
      await until("a guest", async () => (await visit.browser.whoAmI()) === null, 5);
      assert.ok(Date.now() - ended < 5_000);
      await lac.run("consent", "grant", "1");
    });
  }
});

describe("in an agent's session", () => {
  test("password, e-mail address, sign-in and consent are not for agents, by whatever name", async () => {
    const { browser } = await landed(agents.anna);
    const operations = [
      'mutation { updateCustomerPassword(currentPassword: "jane-jane", newPassword: "mine") { __typename } }',
      'mutation { a: requestUpdateCustomerEmailAddress(password: "jane-jane", newEmailAddress: "x@example.com") { __typename } }',
      'mutation { ...f } fragment f on Mutation { ... on Mutation { login(username: "bob@example.com", password: "bob-bob") { __typename } } }',
      'mutation { updateCustomer(input: { title: "Dr" }) { id } requestPasswordReset(emailAddress: "jane@example.com") { __typename } }',
      'mutation { applyCouponCode(couponCode: "X") { __typename } }',
      "{ lacConsent { granted } }",
      "{ lacAccessHistory { next } }",
      "mutation { setLacConsent(granted: true) { granted } }",
      'mutation { decideLacAsk(id: "x", allow: true) { granted } }',
    ];
    for (const operation of operations) {
      const answer = await browser.query(operation);
      assert.deepEqual([answer.status, answer.code, answer.data], [403, "LAC_AGENT_SESSION", null], operation);
    }
    assert.equal((await browser.ok("{ activeCustomer { title } }")).activeCustomer.title, null, "nothing of a refused request is done");
    assert.ok(await signedIn("jane"));
  });

  test("read-only: queries and the way out only", async () => {
    const { browser, sessionId } = await landed(agents.anna, 1, "--read-only");
    assert.equal((await browser.ok("{ lacSession { readOnly } }")).lacSession.readOnly, true);
    assert.ok(await browser.whoAmI());
    for (const operation of [
      `mutation { addItemToOrder(productVariantId: "${shop.variantId}", quantity: 1) { __typename } }`,
      'mutation M { ...f } fragment f on Mutation { x: updateCustomer(input: { title: "Dr" }) { id } }',
    ]) {
      const answer = await browser.query(operation);
      assert.deepEqual([answer.status, answer.code], [403, "LAC_READ_ONLY"], operation);
    }
    assert.equal((await browser.request("/elsewhere", { method: "POST" })).status, 403);
    await browser.ok("mutation { endLoginAsCustomer { success } }");
    await endCause(sessionId, "left");
  });

  async function notes(code) {
    const { orders } = await shop.admin.ok(
      "query ($code: String!) { orders(options: { filter: { code: { eq: $code } } }) { items { history(options: { filter: { type: { eq: \"ORDER_NOTE\" } } }) { items { isPublic data } } } } }",
      { code },
    );
    return orders.items[0].history.items.map(({ isPublic, data }) => [isPublic, data.note]).sort();
  }
  const reported = async (sessionId, action) =>
    (await lac.events()).map((event) => JSON.stringify(event)).filter((text) => text.includes(sessionId) && text.includes(action));
  const BOTH = [
    [false, "Order placed by anna Agent (anna), logged in as the customer."],
    [true, "This order was placed by the store's administrator."],
  ];

  test("an order has both comments and is reported once, with what led to it", async () => {
    const { browser, sessionId } = await landed(agents.anna);
    await browser.ok('mutation { updateCustomer(input: { phoneNumber: "1" }) { id } }');
    await browser.ok('mutation { createCustomerAddress(input: { streetLine1: "1 High Street", countryCode: "GB" }) { id } }');
    await browser.ok(ADD, { id: shop.variantId, n: 2 });
    const code = await checkOut(browser);
    assert.deepEqual(await notes(code), BOTH);
    const { orderByCode } = await browser.ok("query ($code: String!) { orderByCode(code: $code) { history { items { type data } } } }", { code });
    const seen = orderByCode.history.items.filter(({ type }) => type === "ORDER_NOTE").map(({ data }) => data.note);
    assert.deepEqual(seen, ["This order was placed by the store's administrator."], "the customer reads no name");
    for (const action of ["account_changed", "address_changed", "cart_changed", "order_placed"]) {
      await until(action, async () => (await reported(sessionId, action)).length > 0);
    }
    assert.equal((await reported(sessionId, "order_placed")).length, 1);
  });

  test("an order whose payment comes in later is the agent's, too; the customer's own order is not", async () => {
    const { browser, sessionId } = await landed(agents.anna);
    await browser.ok(ADD, { id: shop.variantId, n: 1 });
    await browser.ok('mutation { setOrderShippingAddress(input: { streetLine1: "1 High Street", city: "London", postalCode: "N1", countryCode: "GB" }) { __typename } }');
    const { eligibleShippingMethods } = await browser.ok("{ eligibleShippingMethods { id } }");
    await browser.ok("mutation ($ids: [ID!]!) { setOrderShippingMethod(shippingMethodId: $ids) { __typename } }", { ids: [eligibleShippingMethods[0].id] });
    await browser.ok('mutation { transitionOrderToState(state: "ArrangingPayment") { __typename } }');
    const { activeOrder } = await browser.ok("{ activeOrder { id code } }");
    const ctx = await shop.app.get(RequestContextService).create({ apiType: "admin" });
    const order = await shop.app
      .get(TransactionalConnection)
      .withTransaction(ctx, (tx) => shop.app.get(OrderService).addPaymentToOrder(tx, activeOrder.id, { method: "dummy", metadata: {} }));
    assert.ok(order instanceof Order);
    assert.deepEqual(await notes(activeOrder.code), BOTH);
    await until("order_placed", async () => (await reported(sessionId, "order_placed")).length === 1);
    const own = await signedIn("bob");
    await own.ok(ADD, { id: shop.variantId, n: 1 });
    assert.deepEqual(await notes(await checkOut(own)), []);
  });
});

test("a report goes with its transaction: what is rolled back is not told", async () => {
  const { sessionId } = await landed(agents.anna);
  const ctx = await shop.app.get(RequestContextService).create({ apiType: "shop" });
  const service = shop.app.get(LacService);
  const act = (id, fails) =>
    shop.app.get(TransactionalConnection).withTransaction(ctx, async (tx) => {
      await service.report(tx, { sessionId }, { id, action: "other", summary: id });
      if (fails) throw new Error("rolled back");
    });
  await assert.rejects(act("undone", true), /rolled back/);
  await act("done", false);
  const told = async () => (await lac.events()).map((event) => JSON.stringify(event)).filter((text) => text.includes(sessionId));
  await until("the report", async () => (await told()).some((text) => text.includes('"done"')));
  assert.ok(!(await told()).some((text) => text.includes("undone")));
  await until("the outbox is empty", async () => (await table(LacOutboxEntity).count()) === 0);
});

describe("the customer's own", () => {
  after(() => lac.run("consent", "grant", "1"));

  test("checkbox, ask and history", async () => {
    const jane = await signedIn("jane");
    const CONSENT = "{ lacConsent { granted title tooltip canChange ask { id websiteName duration ticket } } }";
    const { lacConsent } = await jane.ok(CONSENT);
    assert.deepEqual([lacConsent.granted, lacConsent.title, lacConsent.canChange], [true, "Allow remote shopping assistance", true]);
    assert.equal((await jane.ok("mutation { setLacConsent(granted: false) { granted } }")).setLacConsent.granted, false);
    await lac.runAs(agents.ben, "consent", "ask", "1", "--ticket", "ZD-7");
    const { ask } = (await jane.ok(CONSENT)).lacConsent;
    assert.deepEqual([ask.websiteName, ask.duration, ask.ticket], ["Main Website", 86_400, "ZD-7"]);
    const DECIDE = "mutation ($id: String!) { decideLacAsk(id: $id, allow: true) { granted } }";
    assert.equal((await jane.ok(DECIDE, { id: ask.id })).decideLacAsk.granted, true);
    const closed = await jane.query(DECIDE, { id: ask.id });
    assert.deepEqual([closed.status, closed.code, closed.errors[0].message], [409, "LAC_ASK_CLOSED", "This question is no longer open."]);
    const { lacAccessHistory } = await jane.ok("{ lacAccessHistory { next visits { startedAt endedAt websiteName actions { action document } } } }");
    assert.ok(lacAccessHistory.visits.length > 0);
    assert.ok(lacAccessHistory.visits.some(({ actions }) => actions.some(({ action }) => action === "order_placed")));
    const guest = await new Api(origin).query("{ lacConsent { granted } }");
    assert.equal(guest.data?.lacConsent ?? null, null);
    await lac.run("consent", "grant", "1");
  });
});

test("a customer whom lac does not know yet is brought into step", async () => {
  const register = 'mutation { registerCustomerAccount(input: { emailAddress: "new@example.com", firstName: "New", lastName: "Comer", password: "new-new" }) { __typename } }';
  await new Api(origin).ok(register);
  const own = await signedIn("new");
  assert.equal((await own.ok("{ lacConsent { granted } }")).lacConsent.granted, false);
  assert.equal((await own.ok("mutation { setLacConsent(granted: true) { granted } }")).setLacConsent.granted, true);
  const { browser } = await landed(agents.ben, "new@example.com");
  assert.equal((await browser.ok("{ lacSession { customerName } }")).lacSession.customerName, "New Comer");
});

describe("time", () => {
  test("ends a session at its longest, and one that nobody uses", async () => {
    assert.ok(await timed.longest.browser.whoAmI());
    await new Promise((done) => setTimeout(done, timed.began + 62_000 - Date.now()));
    for (const { browser } of [timed.longest, timed.idle]) assert.equal(await browser.whoAmI(), null);
  });
});

describe("the feature is switched off", () => {
  test("within 5 s nobody is served as a customer", async () => {
    const { browser } = await landed(agents.anna);
    assert.ok(await browser.whoAmI());
    await lac.run("config", "set", "login_as_customer/general/enabled", "no");
    try {
      await until("a guest", async () => (await browser.whoAmI()) === null, 5);
    } finally {
      await lac.run("config", "set", "login_as_customer/general/enabled", "yes");
    }
  });
});

describe("the gateway stops", () => {
  test("nobody new comes in, and sessions end within staleAfter", async () => {
    const { browser, sessionId } = await landed(agents.anna);
    const url = await lac.loginUrl(agents.ben, 1);
    await lac.stopGateway();
    try {
      const other = new Api(origin);
      assert.equal((await other.land(url)).status, 503);
      assert.equal(await other.whoAmI(), null);
      const stopped = Date.now();
      await until("a guest", async () => (await browser.whoAmI()) === null, STALE_AFTER + 2);
      assert.ok(Date.now() - stopped <= (STALE_AFTER + 1) * 1000);
    } finally {
      await lac.startGateway();
    }
    await endCause(sessionId, "signed_out");
  });
});
