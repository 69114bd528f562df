import { LacError } from "../errors.js";
import { newRecord } from "../validity.js";
import { newToken } from "./csrf.js";
import { clientIp, contentType, localPath, pathOf, queryOf, readForm, redirect, sendHtml } from "./http.js";
import { barePage, landingBody, messageBody } from "./pages.js";

/** After a redemption whose answer was lost, how long its session is looked for in order to end it. */
const INSIST = 60_000;

/** One page for every refusal: it tells whoever tries a link nothing about why. */
export function sendRefused(kit, req, res, status = 403) {
  const { texts } = kit;
  const body = messageBody(texts.refusedText);
  sendHtml(req, res, status, barePage({ title: texts.refusedTitle, body, stylesheet: kit.paths.stylesheet }));
}

/**
 * `loginascustomer/login/index`: a GET shows one button and spends nothing; the button's POST redeems, once. Whatever fails, the shop's
 * own error page, which may show the request, is not reached.
 */
export async function landing(kit, req, res) {
  try {
    await answer(kit, req, res);
  } catch (error) {
    kit.log.error(`lac: landing failed: ${error.code ?? error.message}`);
    if (res.headersSent) res.destroy();
    else sendRefused(kit, req, res, 500);
  }
}

async function answer(kit, req, res) {
  if (req.method === "GET" || req.method === "HEAD") return showButton(kit, req, res);
  if (req.method !== "POST") {
    res.setHeader("Allow", "GET, HEAD, POST");
    return sendRefused(kit, req, res, 405);
  }
  if (contentType(req) !== "application/x-www-form-urlencoded") return sendRefused(kit, req, res, 415);
  const form = await readForm(req);
  if (form === null) {
    res.setHeader("Connection", "close");
    return sendRefused(kit, req, res, 413);
  }
  if (!kit.formTokens.accepts(req, form)) {
    kit.log.warn("lac: landing refused: the form does not come from this shop's own page");
    return sendRefused(kit, req, res);
  }
  return signIn(kit, req, res, form.get("secret"));
}

function showButton(kit, req, res) {
  const { texts, paths } = kit;
  const secrets = queryOf(req).getAll("secret");
  if (secrets.length !== 1 || secrets[0] === "") return sendRefused(kit, req, res, 400);
  const csrf = req.method === "HEAD" ? "" : kit.formTokens.issue(req, res);
  const body = landingBody(texts, { action: pathOf(req), secret: secrets[0], csrf });
  sendHtml(req, res, 200, barePage({ title: texts.staffTitle, body, stylesheet: paths.stylesheet }));
}

async function signIn(kit, req, res, secret) {
  try {
    const { path } = await redeemAndOpen(kit, req, secret);
    return redirect(res, path);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return sendRefused(kit, req, res, error.status);
  }
}

/** Why nobody was signed in; the reason is in the shop's log, not here. */
export class Refused extends Error {
  constructor(status) {
    super("refused");
    this.status = status;
  }
}

/** Spends the token and opens the customer's session; a session that cannot be opened is ended at once. Throws `Refused`. */
export async function redeemAndOpen(kit, req, secret) {
  let redeemed;
  const before = Date.now();
  try {
    redeemed = await kit.client.redeem({
      token: secret,
      audience: kit.origin,
      clientIp: clientIp(req),
      userAgent: req.headers["user-agent"],
    });
  } catch (error) {
    kit.log.warn(`lac: landing refused: ${error.code ?? error.message}`);
    await endLostRedemption(kit, secret, error);
    throw new Refused(error.status >= 400 && error.status < 500 ? 403 : 503);
  }
  const record = { ...newRecord(redeemed, before), endToken: newToken() };
  let path;
  try {
    const customer = await openable(kit, req, redeemed);
    path = landingPath(kit, redeemed, req);
    await startSession(kit, req, record, customer);
  } catch (error) {
    kit.log.error(`lac: session ${record.sessionId} cannot be opened: ${error.message}`);
    await kit.sessions.renew(req).catch(() => {});
    await kit.outbox.end(record.sessionId, "unusable").catch(() => kit.client.end(record.sessionId, "unusable"));
    throw new Refused(403);
  }
  kit.onStarted(record, req);
  return { record, path };
}

/** The redeemed customer as this shop knows it; throws where it must not be opened. */
async function openable(kit, req, redeemed) {
  if (!kit.websites.includes(redeemed.website)) throw new Error(`website ${redeemed.website} is not one of this shop's`);
  const customer = await kit.findCustomer(redeemed.customer.id, { redeemed, req });
  if (!customer) throw new Error("this shop does not know the customer");
  // Only an explicit `false` opens an account: a forgotten `await` or a missing field must not.
  if ((await kit.isStaff(customer, { redeemed, req })) !== false) throw new Error("the account is one of the shop's staff");
  return customer;
}

async function startSession(kit, req, record, customer) {
  const previous = kit.sessions.get(req);
  await kit.sessions.renew(req);
  kit.sessions.set(req, record);
  await kit.signIn(req, customer);
  if (kit.signedIn(req) !== record.customerId) throw new Error("signIn did not make customerId(req) that of the customer");
  await kit.sessions.save(req);
  if (previous && previous.sessionId !== record.sessionId) await kit.outbox.end(previous.sessionId, "signed_out");
}

function landingPath(kit, redeemed, req) {
  const order = /^order:(.+)$/.exec(redeemed.document ?? "");
  const path = order && kit.orderPath ? kit.orderPath(order[1], { redeemed, req }) : kit.landingPath;
  return localPath(path) ?? "/";
}

/** No answer may mean that the token was spent. Its session is then ended by the id that the token names. */
async function endLostRedemption(kit, secret, error) {
  if (!(error instanceof LacError) || !error.transient || error.status === 429) return;
  const sessionId = sessionIdOf(secret);
  if (sessionId) await kit.outbox.end(sessionId, "unusable", { insistFor: INSIST });
}

/** The `jti` of a login token, not verified: good enough to end a session, for nothing else. */
export function sessionIdOf(secret) {
  try {
    const { jti } = JSON.parse(Buffer.from(secret.split(".")[1], "base64url").toString("utf8"));
    return typeof jti === "string" && /^[A-Za-z0-9-]{1,64}$/.test(jti) ? jti : null;
  } catch {
    return null;
  }
}
