// Shops of other kinds, and gateways that fail, against a stand-in for the gateway.
import cookieSession from "cookie-session";
import express from "express";
import express4 from "express4";
import expressSession from "express-session";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { loginAsCustomer } from "lac-storefront/express";
import { Browser, formOf } from "./support/browser.js";
import { problem, quiet, standIn } from "./support/double.js";
import { until } from "./support/lac.js";

const BANNER = /<div id="lac-banner" role="status">/;
const SECRET = `x.${Buffer.from(JSON.stringify({ jti: "0123456789abcdef0123456789abcdef" })).toString("base64url")}.x`;
const cleanUp = [];
after(async () => {
  for (const step of cleanUp.reverse()) await step();
});

const soon = () => new Date(Date.now() + 600_000).toISOString();
const redeemed = (changes = {}) => ({
  session_id: "s1",
  customer: { id: "1", email: "jane@example.com", name: "", website: "base" },
  website: "base",
  website_name: "Main Website",
  store_view: "en",
  admin: "anna",
  disable_page_cache: true,
  read_only: false,
  ends_at: soon(),
  ...changes,
});

/** A gateway whose sessions are as `state` says; `answers` override what it answers to paths that end in their name. */
async function gateway(answers = {}) {
  const state = { state: "active" };
  const made = await standIn((call) => {
    const [, custom] = Object.entries(answers).find(([name]) => call.path.endsWith(name)) ?? [];
    if (custom) return typeof custom === "function" ? custom(call) : custom;
    if (call.path.endsWith("/redeem")) return { json: redeemed() };
    if (call.path.endsWith("/check")) return { json: { state: state.state, ends_at: soon(), read_only: false, end_cause: null } };
    return { json: { changed: true } };
  });
  cleanUp.push(() => made.stop());
  return { ...made, state };
}

const sessions = {
  "express-session": () => expressSession({ secret: "x", resave: false, saveUninitialized: false }),
  "cookie-session": () => cookieSession({ secret: "x" }),
};

async function shop({ framework = express, session = "express-session", url, mount = "", key = "customerId", build = () => {}, ...options }) {
  const app = framework();
  const server = await new Promise((done) => {
    const made = app.listen(0, "127.0.0.1", () => done(made));
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const lac = loginAsCustomer({
    url,
    token: "lac_test",
    origin,
    website: "base",
    log: quiet,
    checkEvery: 0,
    customerId: (req) => req.session[key]?.user ?? req.session[key],
    findCustomer: (id) => ({ id }),
    isStaff: () => false,
    signIn: (req, customer) => {
      req.session[key] = key === "passport" ? { user: customer.id } : customer.id;
    },
    ...options,
  });
  app.use(sessions[session]());
  app.use(lac.middleware);
  build(app, lac);
  app.get("/", (req, res) => res.send(`<!doctype html><html><body><p>${req.session[key] ? "a customer" : "a guest"}</p></body></html>`));
  cleanUp.push(() => {
    lac.close();
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return { browser: new Browser(origin), lac, origin, landing: `${mount}/loginascustomer/login/index?secret=${SECRET}` };
}

async function assertNobody(browser) {
  assert.match((await browser.get("/")).text, /a guest/);
}

describe("the whole loop in", () => {
  const kinds = {
    "Express 5 with express-session": {},
    "Express 5 with cookie-session": { session: "cookie-session" },
    "Express 4 with express-session": { framework: express4 },
    "Express 4 with cookie-session": { framework: express4, session: "cookie-session" },
    "a shop with Passport's session": { key: "passport" },
    "a shop below a path, with a store view in it": { basePath: "/shop", mount: "/shop/de" },
  };
  for (const [name, kind] of Object.entries(kinds)) {
    test(name, async () => {
      const { url, of, state } = await gateway();
      const { browser, landing } = await shop({ url, ...kind });
      assert.equal((await browser.press(await browser.get(landing))).location, "/account");
      const page = await browser.get("/");
      assert.match(page.text, BANNER);
      assert.match(page.text, /a customer/);
      assert.match(page.text, /connected as <bdi>jane@example\.com<\/bdi> on/, "an empty name is shown as the address");
      assert.equal((await browser.press(page)).status, 303);
      await assertNobody(browser);
      await until("the end is sent", () => of("/s1/end").length === 1);
      assert.deepEqual(of("/s1/end")[0].body, { cause: "left" });
      await browser.press(await browser.get(landing));
      const old = new Map(browser.cookies);
      state.state = "ended";
      await assertNobody(browser);
      browser.cookies = old;
      await assertNobody(browser);
    });
  }
});

describe("nobody is signed in", () => {
  const openings = {
    "where findCustomer finds nobody": { findCustomer: async () => undefined },
    "where findCustomer fails": { findCustomer: () => Promise.reject(new Error("database")) },
    "where isStaff says nothing": { isStaff: () => undefined },
    "where isStaff is a promise of yes": { isStaff: async () => true },
    "where signIn fails": { signIn: () => Promise.reject(new Error("session")) },
    "where signIn signs somebody else in": { signIn: (req) => void (req.session.customerId = "2") },
    "where the website is another": { website: "eu" },
  };
  for (const [name, options] of Object.entries(openings)) {
    test(`${name}, and the session is unusable`, async () => {
      const { url, of } = await gateway();
      const { browser, landing } = await shop({ url, ...options });
      const refused = await browser.press(await browser.get(landing));
      assert.equal(refused.status, 403);
      assert.doesNotMatch(refused.text, /database|session|eu/);
      await assertNobody(browser);
      await until("the end is sent", () => of("/s1/end").length === 1);
      assert.deepEqual(of("/s1/end")[0].body, { cause: "unusable" });
    });
  }

  test("where the answer to redeem is lost; its session is looked for and ended", async () => {
    let tries = 0;
    const { url, of } = await gateway({ "/redeem": { hangUp: true }, "/end": () => ((tries += 1) < 3 ? problem(404, "session_not_found") : { json: {} }) });
    const { browser, landing } = await shop({ url });
    assert.equal((await browser.press(await browser.get(landing))).status, 503);
    await assertNobody(browser);
    assert.equal(of("/redeem").length, 1);
    await until("the session is ended", () => of("/0123456789abcdef0123456789abcdef/end").length === 3);
    assert.deepEqual(of("/end")[0].body, { cause: "unusable" });
  });
});

test("whatever fails at the landing, the shop's own error page does not see the request", async () => {
  const { url } = await gateway({ "/redeem": { hangUp: true } });
  const folder = mkdtempSync(join(tmpdir(), "lac-shop-"));
  const { browser, landing } = await shop({
    url,
    outboxFolder: folder,
    build: (app) => app.use((error, req, res, next) => res.status(500).send(`${error} ${req.originalUrl}${next.length}`)),
  });
  const page = await browser.get(landing);
  rmSync(folder, { recursive: true });
  const answer = await browser.press(page);
  assert.equal(answer.status, 500);
  assert.match(answer.text, /You cannot sign in with this link/);
  assert.ok(!answer.text.includes(SECRET));
});

test("a state that the kit does not know is over", async () => {
  const { url, state } = await gateway();
  const { browser, landing } = await shop({ url });
  await browser.press(await browser.get(landing));
  assert.match((await browser.get("/")).text, BANNER);
  state.state = "suspended";
  const page = await browser.get("/");
  assert.doesNotMatch(page.text, BANNER);
  assert.equal(page.headers.get("clear-site-data"), '"cache"');
});

test("a session that a shop's own sign-in takes over is no agent's, and is ended", async () => {
  const { url, of } = await gateway();
  const { browser, landing } = await shop({
    url,
    build: (app) => app.post("/login", (req, res) => res.json({ id: (req.session.customerId = "2") })),
  });
  await browser.press(await browser.get(landing));
  await browser.post("/login", {});
  assert.doesNotMatch((await browser.get("/")).text, BANNER);
  await until("the end is sent", () => of("/s1/end").length > 0);
  assert.deepEqual(of("/s1/end")[0].body, { cause: "signed_out" });
});

test("reports wait in the folder while the gateway is away", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lac-shop-"));
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  let away = true;
  const { url, of } = await gateway({ "/actions": () => (away ? { hangUp: true } : { json: { recorded: 1, known: 0 } }) });
  const { browser, landing, lac } = await shop({
    url,
    outboxFolder: folder,
    build: (app) => app.get("/buy", async (req, res) => res.json({ id: await req.lac.report({ id: "order-7", action: "order_placed", document: "order:7" }) })),
  });
  await browser.press(await browser.get(landing));
  assert.equal(JSON.parse((await browser.get("/buy")).text).id, "order-7");
  assert.equal(await lac.flush(), 1);
  away = false;
  assert.equal(await lac.flush(), 0);
  assert.deepEqual(new Set(of("/actions").map(({ body }) => body.actions[0].id)), new Set(["order-7"]));
});

test("a customer whom the gateway does not know is brought into step, once", async () => {
  let known = false;
  const consent = { granted: false, title: "Allow", tooltip: "", can_change: true, ask: null };
  const { url, of } = await gateway({
    "/1/consent": () => (known ? { json: consent } : problem(404, "customer_not_found")),
    "/sync/customers": () => {
      known = true;
      return { json: { read: 1 } };
    },
  });
  const { browser } = await shop({
    url,
    customerRow: (id) => ({ id, email: "jane@example.com", name: "Jane", website: "base", active: true, confirmed: true }),
    build: (app) => app.get("/in", (req, res) => res.json({ id: (req.session.customerId = "1") })),
  });
  await browser.get("/in");
  const page = await browser.get("/loginascustomer/consent");
  assert.equal(page.status, 200);
  assert.equal(of("/sync/customers").length, 1);
  assert.equal(of("/sync/customers")[0].body[0].id, "1");
});

test("a form field that comes twice counts for nothing", async () => {
  const { url, of } = await gateway();
  const { browser, landing } = await shop({ url });
  const { action, fields } = formOf((await browser.get(landing)).text);
  const body = `${new URLSearchParams(fields)}&secret=another`;
  const answer = await browser.request(action, { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } });
  assert.equal(answer.status, 403);
  assert.equal(of("/redeem").length, 0);
});

test("options that make no sense are refused when the shop starts", () => {
  const base = { url: "http://127.0.0.1:1", token: "x", origin: "https://shop.example", website: "base", customerId() {}, findCustomer() {}, isStaff() {}, signIn() {} };
  assert.ok(loginAsCustomer(base).middleware);
  for (const wrong of [
    { origin: "https://shop.example/" },
    { origin: "shop.example" },
    { website: [] },
    { isStaff: undefined },
    { customerId: "id" },
    { landing: "https://evil.example" },
    { landing: "//evil.example" },
    { basePath: "shop" },
    { checkEvery: 10 },
    { url: "http://lac.example" },
  ]) {
    assert.throws(() => loginAsCustomer({ ...base, ...wrong }), { code: "invalid_option" }, JSON.stringify(wrong));
  }
});
