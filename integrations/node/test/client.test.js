import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LacClient, LacError, Outbox, folderStore, judge, memoryStore, newRecord, validityOptions } from "lac-storefront";
import { problem, quiet, standIn } from "./support/double.js";
import { until } from "./support/lac.js";

const opened = [];
after(() => Promise.all(opened.map((gateway) => gateway.stop())));

async function gateway(answer, options = {}) {
  const made = await standIn(answer);
  opened.push(made);
  return { ...made, client: new LacClient({ url: made.url, token: "lac_test", ...options }) };
}

const soon = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
const active = () => ({ json: { state: "active", ends_at: soon(600), read_only: false, end_cause: null } });
const redeemed = () => ({
  session_id: "s1",
  customer: { id: "1", email: "jane@example.com", name: "Jane Doe", website: "base" },
  website: "base",
  website_name: "Main Website",
  store_view: "en",
  admin: "anna",
  admin_full_name: null,
  disable_page_cache: true,
  read_only: false,
  ends_at: soon(600),
  a_field_of_a_later_version: { deep: true },
});

test("redeem is sent once, however it fails", async () => {
  for (const answer of [{ hangUp: true }, problem(503, "busy"), { text: "not JSON" }, { status: 502, text: "<html>" }, { json: { session_id: 7 } }]) {
    const { client, calls } = await gateway(() => answer);
    await assert.rejects(client.redeem({ token: "a.b.c", audience: "https://shop.example" }), LacError);
    assert.equal(calls.length, 1, JSON.stringify(answer));
  }
});

test("redeem passes on who asks, cut to size, and takes fields that it does not know", async () => {
  const { client, calls } = await gateway(() => ({ json: redeemed() }));
  const answer = await client.redeem({ token: "a.b.c", audience: "https://shop.example", clientIp: "192.0.2.7", userAgent: "x".repeat(500) });
  assert.equal(answer.customer.name, "Jane Doe");
  assert.equal(calls[0].headers.authorization, "Bearer lac_test");
  assert.equal(calls[0].body.user_agent.length, 256);
  assert.deepEqual([calls[0].body.token, calls[0].body.audience, calls[0].body.client_ip], ["a.b.c", "https://shop.example", "192.0.2.7"]);
});

test("redeem leaves out what a browser's name must not hold", async () => {
  const { client, calls } = await gateway(() => ({ json: redeemed() }));
  const told = [];
  for (const userAgent of ["Odd\x01\x7f\x85/1.0\t", "\x02".repeat(300) + "U".repeat(300), "\x1f", undefined]) {
    await client.redeem({ token: "a.b.c", audience: "https://shop.example", userAgent });
    told.push(calls.at(-1).body.user_agent);
  }
  assert.deepEqual(told, ["Odd/1.0", "U".repeat(256), undefined, undefined]);
});

test("an unknown path is no answer about a session; an unknown storefront ends it", async () => {
  const times = validityOptions({ checkEvery: 0, staleAfter: 30 });
  const record = () => newRecord(redeemed(), Date.now());
  for (const answer of [problem(404, "not_found"), { status: 404, text: "<html>" }, { status: 401, text: "<html>" }]) {
    const { client } = await gateway(() => answer);
    assert.equal((await judge(client, record(), times)).valid, true, JSON.stringify(answer));
    assert.equal((await judge(client, { ...record(), goodAt: Date.now() - 31_000 }, times)).why, "stale");
  }
  for (const answer of [problem(404, "session_not_found"), problem(401, "not_authenticated")]) {
    const { client } = await gateway(() => answer);
    assert.equal((await judge(client, record(), times)).valid, false, JSON.stringify(answer));
  }
  const { client } = await gateway(() => problem(404, "not_found"));
  assert.match((await client.selfCheck()).join(), /older than this kit/);
  const outbox = new Outbox({ client, log: quiet });
  await outbox.end("s1", "left");
  assert.equal(await outbox.flush(), 1, "an end waits for a gateway that knows it");
  outbox.close();
});

test("a check is repeated once where no answer came, never where one did", async () => {
  const flaky = await gateway((_, count) => (count === 1 ? { hangUp: true } : active()));
  assert.equal((await flaky.client.check("s1")).state, "active");
  assert.equal(flaky.calls.length, 2);
  const dead = await gateway(() => problem(500, "internal"));
  await assert.rejects(dead.client.check("s1"), { code: "internal", status: 500 });
  assert.equal(dead.calls.length, 2);
  const missing = await gateway(() => problem(404, "session_not_found"));
  await assert.rejects(missing.client.check("s1"), { code: "session_not_found", status: 404 });
  assert.equal(missing.calls.length, 1);
});

test("a call that gets no answer in time ends as a time-out", async () => {
  const { client } = await gateway(() => ({ wait: 5_000 }), { timeout: 150 });
  const start = Date.now();
  await assert.rejects(client.consent("1"), { code: "timeout" });
  assert.ok(Date.now() - start < 1_000);
  assert.throws(() => new LacClient({ url: "http://127.0.0.1:1", token: "x", timeout: 5_000 }), { code: "invalid_option" });
});

test("the token file is read again for every call", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lac-token-"));
  const tokenFile = join(folder, "token");
  const { url, calls } = await gateway(active);
  const client = new LacClient({ url, tokenFile });
  for (const token of ["lac_old", "lac_new"]) {
    writeFileSync(tokenFile, `${token}\n`);
    await client.check("s1");
  }
  assert.deepEqual(calls.map((call) => call.headers.authorization), ["Bearer lac_old", "Bearer lac_new"]);
  rmSync(folder, { recursive: true });
  await assert.rejects(client.check("s1"), { code: "token_file" });
});

test("plain http is for loopback, and ids cannot leave their place in a path", async () => {
  assert.throws(() => new LacClient({ url: "http://lac.example:8420", token: "x" }), /loopback/);
  assert.throws(() => new LacClient({ url: "http://127.0.0.1:8420" }), /token/);
  const { client, calls } = await gateway(active);
  await client.check("../../v1/redeem?x");
  assert.equal(calls[0].path, "/v1/sessions/..%2F..%2Fv1%2Fredeem%3Fx/check");
});

test("errors carry the gateway's code and hint", async () => {
  const { client } = await gateway(() => ({ status: 429, headers: { "retry-after": "7" }, json: { code: "rate_limited", detail: "too many", hint: "wait" } }));
  await assert.rejects(client.setConsent("1", { granted: true }), { code: "rate_limited", status: 429, hint: "wait", retryAfter: 7 });
});

test("only the state active lets a request through", async () => {
  for (const state of ["ended", "expired", "paused", "ACTIVE", undefined, null, true]) {
    const { client } = await gateway(() => ({ json: { state, ends_at: soon(600), read_only: false } }));
    const record = { ...newRecord(redeemed(), 0), checkedAt: 0, goodAt: Date.now() };
    assert.equal((await judge(client, record, validityOptions())).valid, false, String(state));
  }
  const { client } = await gateway(() => ({ json: { state: "active", ends_at: "rubbish", read_only: false } }));
  assert.equal((await judge(client, newRecord(redeemed(), 0), validityOptions())).valid, false);
});

test("an answer counts for two seconds at most, and without a good one the session is over after staleAfter", async () => {
  let mode = "good";
  const { client, calls } = await gateway(() => (mode === "good" ? active() : { hangUp: true }));
  const times = validityOptions({ checkEvery: 0.2, staleAfter: 0.6 });
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let record = newRecord(redeemed(), Date.now());
  let verdict = await judge(client, record, times);
  assert.deepEqual([verdict.valid, calls.length], [true, 0]);
  await pause(250);
  verdict = await judge(client, record, times);
  assert.deepEqual([verdict.valid, calls.length], [true, 1]);
  record = verdict.record;
  mode = "silent";
  await pause(250);
  verdict = await judge(client, record, times);
  assert.equal(verdict.valid, true, "silence shorter than staleAfter is forgiven");
  assert.equal(verdict.record.goodAt, record.goodAt, "a failed check is no good answer");
  await pause(400);
  verdict = await judge(client, verdict.record, times);
  assert.deepEqual([verdict.valid, verdict.why], [false, "stale"]);
  assert.throws(() => validityOptions({ checkEvery: 3 }), { code: "invalid_option" });
});

test("a check that says nothing about writing means read-only", async () => {
  const { client } = await gateway(() => ({ json: { state: "active", ends_at: soon(600) } }));
  const verdict = await judge(client, newRecord(redeemed(), 0), validityOptions());
  assert.equal(verdict.record.readOnly, true);
});

test("reports are sent in batches, again until they arrive, always with the same ids", async () => {
  let down = true;
  const { client, of } = await gateway(() => (down ? problem(503, "busy") : { json: { recorded: 1, known: 0 } }));
  const outbox = new Outbox({ client, log: quiet });
  const ids = [];
  for (let count = 0; count < 103; count += 1) ids.push(await outbox.report("s1", { action: "cart_changed", summary: `line ${count}` }));
  await until("a first try", () => of("/actions").length > 0);
  down = false;
  await until("everything is sent", async () => (await outbox.flush()) === 0);
  const sent = of("/actions").map((call) => call.body.actions.map(({ id }) => id));
  assert.ok(sent.every((batch) => batch.length <= 100));
  assert.deepEqual(new Set(sent.flat()), new Set(ids));
  outbox.close();
});

test("an action that is refused for good does not hold up the others", async () => {
  const got = [];
  const { client } = await gateway(({ body }) => {
    if (body.actions.some(({ id }) => id === "bad")) return problem(409, "action_conflict");
    got.push(...body.actions.map(({ id }) => id));
    return { json: { recorded: 1, known: 0 } };
  });
  const outbox = new Outbox({ client, log: quiet });
  for (const id of ["a", "bad", "c"]) await outbox.report("s1", { id, action: "other" });
  await until("sent", async () => (await outbox.flush()) === 0);
  assert.deepEqual(got.sort(), ["a", "c"]);
  await assert.rejects(outbox.report("s1", { action: "hacked" }), { code: "invalid_option" });
  outbox.close();
});

test("what waits in a folder outlives the process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lac-outbox-"));
  let down = true;
  const { client, of } = await gateway(() => (down ? { hangUp: true } : { json: {} }));
  const first = new Outbox({ client, log: quiet, store: folderStore(folder) });
  await first.report("s1", { id: "kept", action: "order_placed", document: "order:1" });
  await first.end("s2", "left");
  first.close();
  assert.equal(readdirSync(folder).length, 2);
  await first.flush();
  down = false;
  const before = of("").length;
  const second = new Outbox({ client, log: quiet, store: folderStore(folder) });
  await until("both are sent", () => readdirSync(folder).length === 0);
  assert.equal(of("").length - before, 2);
  assert.deepEqual(of("/s2/end").at(-1).body, { cause: "left" });
  second.close();
  rmSync(folder, { recursive: true });
});

test("an item that has to wait is not forgotten when others are sent", async () => {
  const { client, of } = await gateway(() => ({ json: {} }));
  const store = memoryStore();
  const outbox = new Outbox({ client, log: quiet, store });
  const action = { id: "later", action: "other", at: new Date().toISOString() };
  await store.add({ key: "1", kind: "report", sessionId: "s1", action, keptAt: Date.now(), notBefore: Date.now() + 700 });
  outbox.wake(800);
  await outbox.end("s2", "left");
  await until("the end", () => of("/s2/end").length === 1);
  assert.equal(of("/actions").length, 0);
  await until("the report", () => of("/s1/actions").length === 1, 3);
  outbox.close();
});

test("the self-check names what is wrong", async () => {
  const { client } = await gateway(() => problem(401, "not_authenticated"));
  const problems = await client.selfCheck({ origin: "https://shop.example/", customerIds: ["7", "c0ffee", 0] });
  assert.equal(problems.length, 4);
  assert.match(problems.join("\n"), /origin[\s\S]*c0ffee[\s\S]*token/);
  const fine = await gateway(() => problem(404, "session_not_found"));
  assert.deepEqual(await fine.client.selfCheck({ origin: "https://shop.example", customerIds: [1] }), []);
});
