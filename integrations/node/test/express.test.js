// The whole loop: a store, its gateway, and the example shop, each a real one.
import assert from "node:assert/strict";
import compression from "compression";
import { after, before, describe, test } from "node:test";
import { createShop } from "../example/express/shop.js";
import { Browser, formOf, pathAndQuery } from "./support/browser.js";
import { quiet } from "./support/double.js";
import { Lac, freePort, until } from "./support/lac.js";

const BANNER = /<div id="lac-banner" role="status">/;
const STALE_AFTER = 3;
let lac;
let shop;
let server;
let origin;
const agents = {};
const timed = {};

before(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  lac = await Lac.start({ origin });
  for (const name of ["anna", "ben", "cora", "dora", "eli", "max", "ida"]) agents[name] = await lac.agent(name);
  shop = createShop({
    url: lac.url,
    tokenFile: lac.tokenFile,
    origin,
    website: "base",
    staleAfter: STALE_AFTER,
    log: quiet,
    use: [compression({ threshold: 0, filter: (req) => req.query?.zip !== undefined || req.url.includes("zip") })],
  });
  addCorners(shop.app);
  server = await new Promise((done) => {
    const made = shop.app.listen(port, "127.0.0.1", () => done(made));
  });
  timed.longest = await lac.withConfig({ "lac/session/max_duration": "60" }, () => landed(agents.max, 2));
  timed.idle = await lac.withConfig({ "lac/session/idle_timeout": "60" }, () => landed(agents.ida, 2));
  timed.began = Date.now();
});

after(async () => {
  shop?.lac.close();
  server?.closeAllConnections();
  server?.close();
  await lac?.stop();
});

/** Answers of many kinds, to see which of them get the banner. */
function addCorners(app) {
  const page = "<!doctype html><html><head><title>a <body> b</title></head><body class='a>b'><!-- <body> --><p>x</p></body></html>";
  app.get("/corner/stream", (req, res) => {
    res.type("html").write("<!doctype html><html><body>");
    setTimeout(() => res.end("<p>late</p></body></html>"), 20);
  });
  app.get("/corner/fragment", (req, res) => res.send("<p>a part of a page</p>"));
  app.get("/corner/gzip", (req, res) => res.type("html").set("Content-Encoding", "gzip").end(Buffer.from("1f8b0800", "hex")));
  app.get("/corner/text", (req, res) => res.type("text").send(page));
  app.get("/corner/buffer", (req, res) => res.type("html").send(Buffer.from(page)));
  app.get("/corner/raw", (req, res) => {
    res.writeHead(200, "Fine", { "Content-Type": "text/html; charset=utf-8", "Content-Length": Buffer.byteLength(page) });
    res.end(page);
  });
  app.get("/corner/zip", (req, res) => res.send(page));
  app.get("/corner/policy", (req, res) => res.set({ "Content-Security-Policy": "default-src 'self'", "Referrer-Policy": "no-referrer" }).send(page));
  app.get("/corner/shared", (req, res) => res.set({ "Cache-Control": "public, s-maxage=900, max-age=60, no-transform", "Surrogate-Control": "max-age=9" }).json({}));
}

async function landed(agent, customer = 1, ...args) {
  const browser = new Browser(origin);
  const url = await lac.loginUrl(agent, customer, ...args);
  const answer = await browser.land(url);
  assert.equal(answer.status, 303, answer.text);
  return { browser, url, answer, sessionId: sessionOf(url) };
}

const sessionOf = (url) => JSON.parse(Buffer.from(new URL(url).searchParams.get("secret").split(".")[1], "base64url")).jti;
const stateOf = async (id) => (await lac.session(id)).state;

async function assertPublic(browser) {
  const page = await browser.get("/");
  assert.match(page.text, /Hello guest/);
  assert.doesNotMatch(page.text, BANNER);
  assert.equal((await browser.get("/account")).location, "/login");
  return page;
}

describe("landing", () => {
  test("an agent lands on the customer's account, with a banner that names customer and website", async () => {
    const { browser, answer, sessionId } = await landed(agents.anna);
    assert.equal(answer.location, "/account");
    const page = await browser.get("/account");
    assert.match(page.text, /<body><link rel="stylesheet" href="\/loginascustomer\/banner\.css"><div id="lac-banner" role="status">/);
    assert.match(page.text, /You are connected as <bdi>Jane Doe<\/bdi> on <bdi>Main Website<\/bdi>\./);
    assert.equal(Number(page.headers.get("content-length")), Buffer.byteLength(page.text));
    assert.equal(await stateOf(sessionId), "active");
    assert.match((await browser.get("/loginascustomer/banner.css")).text, /position:sticky/);
  });

  test("it lands on the order that the login started from", async () => {
    const { browser: first } = await landed(agents.anna);
    const { location } = await first.post("/orders", {});
    const number = location.split("/").at(-1);
    await shop.lac.client.syncOrders([{ number, customer_id: "1", store_view: "en", placed_at: new Date().toISOString() }]);
    const browser = new Browser(origin);
    const answer = await browser.land((await lac.runAs(agents.anna, "login", "--order", number)).trim());
    assert.equal(answer.location, location);
    assert.match((await browser.get(location)).text, new RegExp(`Order ${number}`));
  });

  test("looking spends nothing: GET, HEAD, prefetch and previews, also many times", async () => {
    const url = await lac.loginUrl(agents.anna, 1);
    const browser = new Browser(origin);
    for (const options of [{}, { method: "HEAD" }, { headers: { "sec-purpose": "prefetch" } }, { headers: { purpose: "prefetch" } }, { accept: "*/*" }]) {
      const page = await browser.get(pathAndQuery(url), options);
      assert.equal(page.status, 200);
      assert.equal(page.headers.get("referrer-policy"), "strict-origin");
      assert.match(page.headers.get("cache-control"), /no-store/);
      assert.match(page.headers.get("content-security-policy"), /frame-ancestors 'none'/);
      assert.equal(page.headers.get("x-frame-options"), "DENY");
    }
    const page = await browser.get(pathAndQuery(url));
    assert.match(page.text, /for the staff of this shop/);
    assert.equal((page.text.match(/<button/g) ?? []).length, 1);
    assert.equal((await browser.press(page)).status, 303, "the token is still good");
  });

  test("replay, tampered, double submit and expired links end on one and the same page, and nobody is signed in", async () => {
    const { url } = await landed(agents.anna);
    const fresh = await lac.loginUrl(agents.ben, 2);
    const secret = new URL(fresh).searchParams.get("secret");
    const [head, body, signature] = secret.split(".");
    const other = JSON.parse(Buffer.from(body, "base64url"));
    const forged = Buffer.from(JSON.stringify({ ...other, sub: "1", jti: "00000000-0000-4000-8000-000000000000" })).toString("base64url");
    const texts = new Set();
    for (const bad of [new URL(url).searchParams.get("secret"), `${head}.${forged}.${signature}`, "rubbish", "x".repeat(9000), `${head}.${body}.`]) {
      const browser = new Browser(origin);
      const page = await browser.get(`/loginascustomer/login/index?secret=${bad.length > 8000 ? "x" : bad}`);
      const answer = await browser.press(page, { change: { secret: bad } });
      assert.equal(answer.status, 403);
      texts.add(answer.text);
      assert.doesNotMatch(answer.text, new RegExp(bad.slice(0, 40).replaceAll(".", "\\.")));
      await assertPublic(browser);
    }
    assert.equal(texts.size, 1);
    const browser = new Browser(origin);
    const page = await browser.get(pathAndQuery(fresh));
    const [one, two] = await Promise.all([browser.press(page), browser.press(page)]);
    assert.deepEqual([one.status, two.status].sort(), [303, 403]);
  });

  test("a link to another shop is refused", async () => {
    await lac.run("config", "set", "web/secure/base_url", "https://elsewhere.example/");
    const url = await lac.loginUrl(agents.ben, 1);
    await lac.run("config", "set", "web/secure/base_url", `${origin}/`);
    const browser = new Browser(origin);
    assert.equal((await browser.land(url)).status, 403);
    await assertPublic(browser);
  });

  test("the form must come from this shop's own page", async () => {
    const url = await lac.loginUrl(agents.ben, 1);
    const browser = new Browser(origin);
    const page = await browser.get(pathAndQuery(url));
    const { action, fields } = formOf(page.text);
    for (const foreign of ["null", "https://evil.example", `${origin}.evil.example`, "http://127.0.0.1", null]) {
      assert.equal((await browser.post(action, fields, { headers: { origin: foreign } })).status, 403, String(foreign));
    }
    assert.equal((await browser.post(action, { ...fields, csrf: "" })).status, 403);
    assert.equal((await browser.post(action, { ...fields, csrf: "0".repeat(64) })).status, 403);
    assert.equal((await browser.post(action, fields, { headers: { cookie: "" } })).status, 403, "without the cookie");
    const json = { method: "POST", body: JSON.stringify(fields), headers: { "content-type": "application/json" } };
    assert.equal((await browser.request(action, json)).status, 415);
    assert.equal((await browser.request(action, { method: "POST", body: new URLSearchParams(fields).toString(), headers: { "content-type": "text/plain" } })).status, 415);
    assert.equal((await browser.request(action, { method: "PUT" })).status, 405);
    assert.equal((await browser.post(action, { ...fields, junk: "x".repeat(40_000) })).status, 413);
    await assertPublic(browser);
    assert.equal((await browser.post(action, fields)).status, 303, "none of these spent the token");
  });

  test("next= leads nowhere", async () => {
    const url = await lac.loginUrl(agents.ben, 1);
    const browser = new Browser(origin);
    const page = await browser.get(`${pathAndQuery(url)}&next=https://evil.example/`);
    assert.doesNotMatch(page.text, /evil/);
    assert.equal((await browser.press(page, { change: { next: "//evil.example" } })).location, "/account");
    for (const path of ["//loginascustomer/login/index?secret=x", "/a/b/loginascustomer/login/index?secret=x", "/loginascustomer/login/index/x?secret=x"]) {
      assert.equal((await browser.get(path)).status, 404, path);
    }
  });

  test("who is signed in is signed out, and nothing of their session is taken over", async () => {
    const browser = new Browser(origin);
    await browser.post("/login", { email: "bob@example.com", password: "bob" });
    assert.match((await browser.get("/")).text, /Hello Bob/);
    const before = browser.cookies.get("connect.sid");
    const url = await lac.loginUrl(agents.ben, 1);
    assert.equal((await browser.land(url)).status, 303);
    assert.match((await browser.get("/")).text, /Hello Jane Doe/);
    const after = browser.cookies.get("connect.sid");
    assert.notEqual(after, before);
    browser.cookies.set("connect.sid", before);
    await assertPublic(browser);
  });

  test("names are text, whoever chose them", async () => {
    const { browser } = await landed(agents.ben, 2);
    const page = await browser.get("/account");
    assert.match(page.text, /connected as <bdi>Bob &#60;b&#62;Birch&#60;\/b&#62;<\/bdi> on/);
  });
});

describe("a redeemed session that the shop cannot open", () => {
  for (const [what, customer] of [["an account of the staff", 3], ["a customer whom the shop does not know", 99]]) {
    test(`${what} is ended as unusable`, async () => {
      const url = await lac.loginUrl(agents.cora, customer);
      const browser = new Browser(origin);
      assert.equal((await browser.land(url)).status, 403);
      await assertPublic(browser);
      await until("the session is ended", async () => (await lac.session(sessionOf(url))).end_cause === "unusable");
    });
  }
});

describe("the banner", () => {
  test("is on whole pages, not on streams, parts, compressed bodies or text", async () => {
    const { browser } = await landed(agents.anna);
    for (const path of ["buffer", "raw", "policy"]) {
      const page = await browser.get(`/corner/${path}`);
      assert.match(page.text, /<body class='a>b'><link [^>]*><div id="lac-banner"/, path);
      assert.equal(Number(page.headers.get("content-length")), Buffer.byteLength(page.text), path);
    }
    assert.match((await browser.get("/corner/zip", { headers: { "accept-encoding": "gzip" } })).text, BANNER, "before compression");
    for (const path of ["stream", "fragment", "text"]) assert.doesNotMatch((await browser.get(`/corner/${path}`)).text, BANNER, path);
    const raw = await fetch(`${origin}/corner/gzip`, { headers: { cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; ") } });
    assert.equal(raw.headers.get("content-encoding"), "gzip");
    assert.match((await browser.get("/orders/404")).text, BANNER, "on error pages, too");
  });

  test("needs nothing that a strict policy forbids", async () => {
    const { browser } = await landed(agents.anna);
    const page = await browser.get("/corner/policy");
    const banner = /<link[^>]*><div id="lac-banner"[\s\S]*?<\/div>/.exec(page.text)[0];
    assert.doesNotMatch(banner, /style=|<style|<script|\son\w+=/);
  });

  test("pages with it are in no shared cache, and come back from no cache", async () => {
    const { browser } = await landed(agents.anna);
    const page = await browser.get("/", { headers: { "if-none-match": 'W/"x"' } });
    assert.equal(page.headers.get("cache-control"), "private, no-store");
    assert.equal(page.headers.get("etag"), null);
    assert.match(page.headers.get("vary"), /Cookie/);
    const shared = await browser.get("/corner/shared");
    assert.equal(shared.headers.get("cache-control"), "private, no-store, no-transform");
    assert.equal(shared.headers.get("surrogate-control"), null);
    await lac.run("config", "set", "login_as_customer/general/disable_page_cache", "no");
    const { browser: other } = await landed(agents.ben);
    await lac.run("config", "set", "login_as_customer/general/disable_page_cache", "yes");
    assert.equal((await other.get("/")).headers.get("cache-control"), "private, no-cache");
    const guest = await new Browser(origin).get("/");
    assert.equal(guest.headers.get("cache-control"), "public, max-age=600");
  });

  test("its button ends the session, here and in the log", async () => {
    const { browser, sessionId } = await landed(agents.anna);
    const page = await browser.get("/account");
    assert.equal((await browser.get("/loginascustomer/end")).status, 405);
    const { action, fields } = formOf(page.text);
    assert.equal((await browser.post(action, fields, { headers: { origin: "https://evil.example" } })).status, 403);
    assert.equal((await browser.post(action, {})).status, 403);
    const out = await browser.post(action, fields, { headers: { origin: "null" } });
    assert.deepEqual([out.status, out.location, out.headers.get("clear-site-data")], [303, "/", '"cache"']);
    await assertPublic(browser);
    await until("the session is ended", async () => (await lac.session(sessionId)).end_cause === "left");
  });

  test("the shop's own logout ends it, too", async () => {
    const { browser, sessionId } = await landed(agents.anna);
    assert.equal((await browser.post("/logout", {})).headers.get("clear-site-data"), '"cache"');
    await assertPublic(browser);
    await until("the session is ended", async () => (await lac.session(sessionId)).end_cause === "signed_out");
  });
});

describe("an end elsewhere", () => {
  test("a session goes on for as long as the gateway says so", async () => {
    const { browser } = await landed(agents.anna);
    for (let count = 0; count < 3; count += 1) {
      await new Promise((done) => setTimeout(done, 2_100));
      assert.match((await browser.get("/account")).text, BANNER);
    }
  });

  const ends = {
    "lac session end": ["session", "end"],
    "lac consent revoke": ["consent", "revoke", "1"],
    "lac user disable": ["user", "disable", "dora"],
    "lac role deny": ["role", "deny", "elis", "login_button"],
  };
  for (const [name, end] of Object.entries(ends)) {
    test(`${name}: the next page within 5 s is the public one`, async () => {
      await lac.run("consent", "grant", "1");
      const visit = await landed(name.includes("role") ? agents.eli : name.includes("user") ? agents.dora : agents.anna);
      await visit.browser.get("/account");
      await lac.run(...end, ...(end[0] === "session" ? [visit.sessionId] : []));
      const ended = Date.now();
      const page = await until("the public page", async () => {
        const page = await visit.browser.get("/");
        return BANNER.test(page.text) ? null : page;
      }, 5);
      assert.ok(Date.now() - ended < 5_000);
      assert.match(page.text, /Hello guest/);
      assert.equal(page.headers.get("clear-site-data"), '"cache"');
      await assertPublic(visit.browser);
      await lac.run("consent", "grant", "1");
    });
  }
});

describe("in an agent's session", () => {
  test("consent, history, password are not for agents", async () => {
    const { browser } = await landed(agents.anna);
    for (const path of ["/loginascustomer/consent", "/loginascustomer/history"]) assert.equal((await browser.get(path)).status, 403, path);
    assert.equal((await browser.post("/loginascustomer/consent", { save: "1" })).status, 403);
    assert.equal((await browser.post("/loginascustomer/consent", { ask: "x", decision: "allow" })).status, 403);
    const refused = await browser.post("/account/password", { password: "mine" });
    assert.equal(refused.status, 403);
    assert.equal((await browser.post("/account/password", {}, { accept: "application/json" })).headers.get("content-type"), "application/problem+json");
    assert.equal(shop.customers[0].password, "jane");
    assert.equal((await lac.json("consent", "show", "1")).consent, "granted");
  });

  test("read-only: everything but GET, HEAD, OPTIONS and the way out is 403", async () => {
    const { browser, sessionId } = await landed(agents.anna, 1, "--read-only");
    assert.match((await browser.get("/account")).text, /Main Website<\/bdi>\. Read-only\./);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) assert.equal((await browser.request("/account", { method })).status, 403, method);
    assert.equal((await browser.request("/account", { method: "OPTIONS" })).status, 200);
    assert.equal((await browser.get("/wishlist/add")).status, 403, "a GET that writes");
    assert.equal((await browser.press(await browser.get("/account"))).status, 303);
    await until("the session is ended", async () => (await stateOf(sessionId)) === "ended");
  });

  test("what is done is reported once, an order with both comments", async () => {
    const { browser, sessionId } = await landed(agents.anna);
    await browser.post("/account", { phone: "1" });
    const { location } = await browser.post("/orders", {});
    assert.match((await browser.get(location)).text, /Placed by the store&#39;s administrator\./);
    const order = shop.orders.at(-1);
    assert.equal(order.comments.staff, "Placed by anna Agent (anna), logged in as the customer.");
    const actions = async () => (await lac.events()).filter((event) => JSON.stringify(event).includes(sessionId) && /order_placed|account_changed/.test(JSON.stringify(event)));
    await until("both are in the log", async () => (await actions()).length === 2);
    const again = { id: `order-${order.number}`, action: "order_placed", document: `order:${order.number}`, at: new Date(0).toISOString() };
    await assert.rejects(shop.lac.client.report(sessionId, [again]), { code: "action_conflict" });
    const fresh = { id: "twice", action: "other", at: new Date().toISOString() };
    assert.equal((await shop.lac.client.report(sessionId, [fresh])).recorded, 1);
    const repeated = await shop.lac.client.report(sessionId, [fresh]);
    assert.deepEqual([repeated.recorded, repeated.known], [0, 1]);
    assert.equal((await actions()).length, 2);
  });
});

describe("the customer's own pages", () => {
  after(() => lac.run("consent", "grant", "1"));

  async function signedIn() {
    const browser = new Browser(origin);
    await browser.post("/login", { email: "jane@example.com", password: "jane" });
    return browser;
  }
  const granted = async () => (await shop.lac.client.consent("1")).granted;

  test("the checkbox works both ways and shows the config's words", async () => {
    const browser = await signedIn();
    const page = await browser.get("/loginascustomer/consent");
    assert.match(page.text, /Allow remote shopping assistance/);
    assert.match(page.text, /This lets our staff see/);
    assert.match(page.text, /name="granted" value="1" checked/);
    assert.equal((await browser.press(page, { headers: { origin: "https://evil.example" } })).status, 403);
    const { action, fields } = formOf(page.text);
    delete fields.granted;
    assert.equal((await browser.post(action, fields)).location, "/loginascustomer/consent?saved=1");
    assert.equal(await granted(), false);
    const off = await browser.get("/loginascustomer/consent?saved=1");
    assert.doesNotMatch(off.text, /checked/);
    await browser.press(off, { change: { granted: "1" } });
    assert.equal(await granted(), true);
  });

  test("an ask is answered", async () => {
    await lac.run("consent", "revoke", "1");
    await lac.runAs(agents.cora, "consent", "ask", "1", "--ticket", "ZD-7");
    const browser = await signedIn();
    const page = await browser.get("/loginascustomer/consent");
    assert.match(page.text, /Our staff ask to sign in to your account on Main Website for 1 day\. Support case: ZD-7\./);
    assert.doesNotMatch(page.text, /cora/);
    assert.equal((await browser.press(page, { change: { decision: "allow" } })).status, 303);
    assert.equal(await granted(), true);
    assert.match((await browser.press(page, { change: { decision: "allow" } })).text, /no longer open/);
    await lac.run("consent", "grant", "1");
  });

  test("the history shows the visits, and guests see nothing", async () => {
    const { browser: agent } = await landed(agents.anna);
    await agent.post("/account", { phone: "2" });
    await shop.lac.flush();
    const page = await (await signedIn()).get("/loginascustomer/history");
    assert.equal(page.status, 200);
    assert.match(page.text, /account changed/);
    for (const path of ["consent", "history"]) assert.equal((await new Browser(origin).get(`/loginascustomer/${path}`)).location, "/login");
  });
});

describe("time", () => {
  test("ends a session at its longest, and one that nobody uses", async () => {
    assert.match((await timed.longest.browser.get("/account")).text, BANNER);
    await new Promise((done) => setTimeout(done, timed.began + 62_000 - Date.now()));
    for (const { browser } of [timed.longest, timed.idle]) await assertPublic(browser);
    assert.equal(await stateOf(timed.idle.sessionId), "expired");
  });
});

describe("the feature is switched off", () => {
  test("within 5 s nobody is served as a customer", async () => {
    const { browser } = await landed(agents.anna);
    assert.match((await browser.get("/")).text, BANNER);
    await lac.run("config", "set", "login_as_customer/general/enabled", "no");
    try {
      await until("the public page", async () => !BANNER.test((await browser.get("/")).text), 5);
      await assertPublic(browser);
    } finally {
      await lac.run("config", "set", "login_as_customer/general/enabled", "yes");
    }
  });
});

describe("the gateway stops", () => {
  test("nobody new comes in, and sessions end within staleAfter", async () => {
    const { browser, sessionId } = await landed(agents.anna);
    await browser.get("/account");
    const url = await lac.loginUrl(agents.ben, 1);
    await lac.stopGateway();
    try {
      const other = new Browser(origin);
      assert.equal((await other.land(url)).status, 503);
      await assertPublic(other);
      const stopped = Date.now();
      await until("the public page", async () => !BANNER.test((await browser.get("/")).text), STALE_AFTER + 2);
      assert.ok(Date.now() - stopped <= (STALE_AFTER + 1) * 1000);
      await assertPublic(browser);
    } finally {
      await lac.startGateway();
    }
    await until("the session is ended here, too", async () => (await lac.session(sessionId)).end_cause === "signed_out", 15);
  });
});
