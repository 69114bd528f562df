import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { LacError } from "./errors.js";
import { gatewayUrl, parseAnswer, send } from "./transport.js";

const CALL_TIMEOUT = 2_000;
const LONGEST_USER_AGENT = 256;
const LONGEST_SECRET = 8_192;

/** A session's state that lets requests through. Every other state, also one that this version does not know, is over. */
export const ACTIVE = "active";

/** The storefront's half of the gateway's HTTP interface. */
export class LacClient {
  #connection;
  #keepAlive;
  #token;
  #tokenFile;

  constructor({ url, token, tokenFile, caFile, timeout = CALL_TIMEOUT, insecureHttp = false }) {
    if (Boolean(token) === Boolean(tokenFile)) throw new LacError("invalid_option", "set either token or tokenFile");
    if (!(timeout > 0 && timeout <= CALL_TIMEOUT)) throw new LacError("invalid_option", `timeout: at most ${CALL_TIMEOUT} ms`);
    const base = gatewayUrl(url, insecureHttp);
    this.#token = token;
    this.#tokenFile = tokenFile;
    this.#connection = { base, timeout, ca: caFile ? readFileSync(caFile) : undefined };
    const library = base.protocol === "https:" ? https : http;
    this.#keepAlive = new library.Agent({ keepAlive: true, maxFreeSockets: 8 });
  }

  /** Spends a login token. Never retried: a lost answer may have spent it. On a connection of its own, so that none is found closed. */
  async redeem({ token, audience, clientIp, userAgent }) {
    if (typeof token !== "string" || token === "" || token.length > LONGEST_SECRET) {
      throw new LacError("token_invalid", "not a login token", { status: 400 });
    }
    const body = { token, audience, client_ip: clientIp || undefined, user_agent: cleanUserAgent(userAgent) };
    const redeemed = await this.#call("POST", "/v1/redeem", { body, agent: false });
    if (typeof redeemed.session_id !== "string" || typeof redeemed.customer?.id !== "string") {
      throw new LacError("bad_answer", "the answer to redeem names no session or no customer", { status: 502 });
    }
    return redeemed;
  }

  /** Whether a session is still valid. Retried once, because it changes nothing. */
  async check(sessionId) {
    const path = `/v1/sessions/${encodeURIComponent(sessionId)}/check`;
    try {
      return await this.#call("POST", path, { body: {} });
    } catch (error) {
      if (!(error.transient || error.isUnknownPath) || error.status === 429) throw error;
      return this.#call("POST", path, { body: {} });
    }
  }

  /** Ends a session: `left` (the banner's way out), `signed_out`, or `unusable` (redeemed, but the shop cannot open it). */
  end(sessionId, cause) {
    return this.#call("POST", `/v1/sessions/${encodeURIComponent(sessionId)}/end`, { body: { cause } });
  }

  /** Reports what was done on the customer's behalf. Every action carries its own id, so a repetition adds nothing. */
  report(sessionId, actions) {
    return this.#call("POST", `/v1/sessions/${encodeURIComponent(sessionId)}/actions`, { body: { actions } });
  }

  consent(customerId) {
    return this.#call("GET", `/v1/customers/${encodeURIComponent(customerId)}/consent`);
  }

  setConsent(customerId, { granted, until, sessionId }) {
    return this.#call("PUT", `/v1/customers/${encodeURIComponent(customerId)}/consent`, { body: { granted, until, session_id: sessionId } });
  }

  decideAsk(customerId, askId, decision, { sessionId } = {}) {
    const path = `/v1/customers/${encodeURIComponent(customerId)}/consent-asks/${encodeURIComponent(askId)}`;
    return this.#call("POST", path, { body: { decision, session_id: sessionId } });
  }

  accessHistory(customerId, { limit, after } = {}) {
    const query = new URLSearchParams();
    if (limit !== undefined) query.set("limit", String(limit));
    if (after !== undefined) query.set("after", after);
    const suffix = query.size ? `?${query}` : "";
    return this.#call("GET", `/v1/customers/${encodeURIComponent(customerId)}/access-history${suffix}`);
  }

  syncCustomers(rows) {
    return this.#call("POST", "/v1/sync/customers", { body: rows });
  }

  syncOrders(rows) {
    return this.#call("POST", "/v1/sync/orders", { body: rows });
  }

  /** The public keys, for shops that verify a signature before they show a page. A verified token must still be redeemed. */
  async jwks() {
    return parseAnswer(await send({ ...this.#connection, agent: this.#keepAlive }, "GET", "/.well-known/jwks.json"));
  }

  async ready() {
    return (await send({ ...this.#connection, agent: this.#keepAlive }, "GET", "/readyz")).status === 200;
  }

  /** What is wrong with this set-up, in sentences; an empty list if nothing is. Spends and changes nothing. */
  async selfCheck({ origin, customerIds = [] } = {}) {
    const problems = [];
    if (origin !== undefined && !isOrigin(origin)) {
      problems.push(`origin: ${origin} is not an origin such as https://shop.example (scheme and host, no path)`);
    }
    for (const id of customerIds) {
      if (!isCustomerId(id)) problems.push(`customer id ${JSON.stringify(id)}: lac needs whole numbers above 0`);
    }
    try {
      await this.check("00000000000000000000000000000000");
    } catch (error) {
      if (error.status === 401) problems.push("token: the gateway does not accept it as a storefront's token");
      else if (error.isUnknownPath) problems.push("url: nothing is there: the gateway is older than this kit, or it is another server");
      else if (error.status !== 404) problems.push(`url: ${error.code}: ${error.message}`);
    }
    return problems;
  }

  /** Closes idle connections. */
  close() {
    this.#keepAlive.destroy();
  }

  async #call(method, path, { body, agent = this.#keepAlive } = {}) {
    const token = await this.#readToken();
    return parseAnswer(await send({ ...this.#connection, agent }, method, path, { token, body }));
  }

  /** Reads the file for every call, so that a rotated token counts at once. */
  async #readToken() {
    if (this.#token) return this.#token;
    try {
      return (await readFile(this.#tokenFile, "utf8")).trim();
    } catch (cause) {
      throw new LacError("token_file", `cannot read the token file: ${cause.code ?? cause.message}`, { cause });
    }
  }
}

/** A browser's name as the gateway takes it: no control characters, and not too long. */
function cleanUserAgent(text) {
  return Array.from(text?.replace(/\p{Cc}/gu, "") ?? "").slice(0, LONGEST_USER_AGENT).join("").trim() || undefined;
}

export function isCustomerId(id) {
  return /^[1-9][0-9]{0,18}$/.test(String(id));
}

export function isOrigin(text) {
  try {
    const url = new URL(text);
    return (url.protocol === "https:" || url.protocol === "http:") && url.origin === text;
  } catch {
    return false;
  }
}
