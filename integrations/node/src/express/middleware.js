import { judge } from "../validity.js";
import { consentPage, historyPage, sendForbidden } from "./account.js";
import { STYLESHEET, bannerHtml, decorate } from "./banner.js";
import { sameToken } from "./csrf.js";
import { contentType, pathOf, protect, readForm, redirect } from "./http.js";
import { landing } from "./landing.js";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Which of the kit's own pages a path names; a store view's code may stand before it. */
export function ownPage(basePath, path) {
  if (!path.startsWith(`${basePath}/`)) return null;
  const match = /^(?:\/[A-Za-z][A-Za-z0-9_]*)?\/loginascustomer\/(login\/index|end|consent|history|banner\.css)\/?$/.exec(path.slice(basePath.length));
  return match ? match[1] : null;
}

export function impersonation(kit) {
  return function lacMiddleware(req, res, next) {
    req.lac = null;
    handle(kit, req, res).then((answered) => answered || next(), next);
  };
}

/** Whether the request is answered. */
async function handle(kit, req, res) {
  const page = ownPage(kit.paths.basePath, pathOf(req));
  if (page === "banner.css") return sendStylesheet(req, res);
  if (page === "login/index") {
    await landing(kit, req, res);
    return true;
  }
  if (page === "end") {
    await leave(kit, req, res);
    return true;
  }
  await recognize(kit, req, res);
  if (page === "consent") await consentPage(kit, req, res);
  else if (page === "history") await historyPage(kit, req, res);
  else if (req.lac?.readOnly && !SAFE.has(req.method)) sendForbidden(kit, req, res, kit.texts.readOnlyText);
  else return false;
  return true;
}

export function sendStylesheet(req, res) {
  res.setHeader("Content-Type", "text/css; charset=utf-8");
  res.setHeader("Cache-Control", "public, max-age=300");
  res.setHeader("X-Content-Type-Options", "nosniff");
  res.end(req.method === "HEAD" ? undefined : STYLESHEET);
  return true;
}

/** Sets `req.lac` in an agent's session that is still valid; makes any other one a session of nobody. */
async function recognize(kit, req, res) {
  const kept = kit.sessions.get(req);
  if (!kept) return;
  if (kit.signedIn(req) !== kept.customerId) {
    await kit.outbox.end(kept.sessionId, "signed_out");
    return forget(kit, req, res, kept, "signed_out");
  }
  const { valid, record, why, error } = await judge(kit.client, kept, kit.validity);
  if (error) kit.log.warn(`lac: session ${kept.sessionId}: check: ${error.code ?? error.message}`);
  if (!valid) {
    if (why === "stale" || why === "not_authenticated") await kit.outbox.end(kept.sessionId, "signed_out");
    return forget(kit, req, res, kept, why);
  }
  if (record !== kept) kit.sessions.set(req, record);
  attach(kit, req, res, record);
}

async function forget(kit, req, res, record, why) {
  await kit.sessions.renew(req);
  res.setHeader("Clear-Site-Data", '"cache"');
  kit.onEnded(record, req, why);
}

function attach(kit, req, res, record) {
  let left = false;
  req.lac = Object.freeze({
    sessionId: record.sessionId,
    customerId: record.customerId,
    customerName: record.customerName,
    website: record.website,
    websiteName: record.websiteName,
    admin: record.admin,
    adminFullName: record.adminFullName,
    ticket: record.ticket,
    document: record.document,
    readOnly: record.readOnly,
    endsAt: new Date(record.endsAt),
    bannerHtml: () => bannerHtml(kit.texts, record, { endPath: kit.paths.end }),
    stylesheet: kit.paths.stylesheet,
    report: (action) => kit.outbox.report(record.sessionId, action),
    async end(cause = "left") {
      left = true;
      await kit.outbox.end(record.sessionId, cause);
      await forget(kit, req, res, record, cause);
    },
  });
  if (res.locals) res.locals.lac = req.lac;
  // A page that the browser has from before the agent came would come back without the banner.
  if (String(req.headers.accept ?? "").includes("text/html")) {
    delete req.headers["if-none-match"];
    delete req.headers["if-modified-since"];
  }
  decorate(req, res, {
    record: () => record,
    banner: () => (left ? "" : bannerHtml(kit.texts, record, { endPath: kit.paths.end })),
    stylesheet: kit.paths.stylesheet,
    atEnd() {
      if (left || (kit.sessions.get(req)?.sessionId === record.sessionId && kit.signedIn(req) === record.customerId)) return;
      // The shop's own logout took the session away.
      kit.sessions.forget(req);
      res.setHeader("Clear-Site-Data", '"cache"');
      left = true;
      kit.outbox.end(record.sessionId, "signed_out").catch((error) => kit.log.error(`lac: ${error.message}`));
      kit.onEnded(record, req, "signed_out");
    },
  });
}

/** `loginascustomer/end`: the banner's way out. The form's token is enough: some shops send no origin with their forms. */
export async function leave(kit, req, res) {
  if (req.method !== "POST") {
    res.setHeader("Allow", "POST");
    protect(res);
    res.statusCode = 405;
    return res.end();
  }
  const record = kit.sessions.get(req);
  if (!record) return redirect(res, "/");
  const form = contentType(req) === "application/x-www-form-urlencoded" ? await readForm(req) : null;
  const { origin } = req.headers;
  const foreign = origin !== undefined && origin !== "null" && origin !== kit.origin;
  if (foreign || !sameToken(form?.get("token"), record.endToken)) return sendForbidden(kit, req, res, kit.texts.unavailableText);
  await kit.outbox.end(record.sessionId, "left");
  await forget(kit, req, res, record, "left");
  return redirect(res, `${kit.paths.basePath}/`);
}
