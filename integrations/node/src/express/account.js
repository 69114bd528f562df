import { contentType, pathOf, queryOf, readForm, redirect, sendHtml, wantsJson } from "./http.js";
import { barePage, consentBody, historyBody, messageBody } from "./pages.js";

async function sendPage(kit, req, res, status, title, body, page) {
  if (!kit.layout) return sendHtml(req, res, status, barePage({ title, body, stylesheet: kit.paths.stylesheet }));
  const html = await kit.layout({ title, body, page, req, res });
  return sendHtml(req, res, status, html, "frame-ancestors 'none'; form-action 'self'; base-uri 'self'");
}

export function sendForbidden(kit, req, res, text) {
  if (wantsJson(req)) {
    res.statusCode = 403;
    res.setHeader("Content-Type", "application/problem+json");
    return res.end(JSON.stringify({ type: "about:blank", title: "Forbidden", status: 403, code: "agent_session", detail: text }));
  }
  return sendHtml(req, res, 403, barePage({ title: kit.texts.forbiddenTitle, body: messageBody(text), stylesheet: kit.paths.stylesheet }));
}

/** The signed-in customer's id; answers the request itself where there is none, or an agent. */
async function ownCustomer(kit, req, res, page) {
  if (req.lac) {
    sendForbidden(kit, req, res, kit.texts.forbiddenText);
    return null;
  }
  const id = kit.signedIn(req);
  if (id !== null) return id;
  if (kit.loginPath) redirect(res, kit.loginPath);
  else await sendPage(kit, req, res, 401, kit.texts.signInTitle, messageBody(kit.texts.signInText), page);
  return null;
}

async function sendUnavailable(kit, req, res, page, error) {
  kit.log.error(`lac: ${page}: ${error.code ?? "error"}: ${error.message}${error.hint ? ` (${error.hint})` : ""}`);
  const { texts } = kit;
  const limited = error.status === 429;
  const status = limited ? 429 : 503;
  return sendPage(kit, req, res, status, texts.unavailableTitle, messageBody(limited ? texts.limitedText : texts.unavailableText), page);
}

/** Calls the gateway; where it does not know the customer yet, brings it into step and calls again. */
async function withCustomer(kit, id, req, call) {
  try {
    return await call();
  } catch (error) {
    if (error.status !== 404 || error.code === "not_found" || error.code === "ask_not_found" || !kit.customerRow) throw error;
    const row = await kit.customerRow(id, req);
    if (!row) throw error;
    await kit.client.syncCustomers([row]);
    return call();
  }
}

/** `loginascustomer/consent`: the customer's own checkbox, and the answer to an open ask. */
export async function consentPage(kit, req, res) {
  if (!["GET", "HEAD", "POST"].includes(req.method)) {
    res.setHeader("Allow", "GET, HEAD, POST");
    return sendHtml(req, res, 405, barePage({ title: kit.texts.unavailableTitle, body: "", stylesheet: kit.paths.stylesheet }));
  }
  const id = await ownCustomer(kit, req, res, "consent");
  if (id === null) return undefined;
  try {
    if (req.method !== "POST") return await showConsent(kit, req, res, id, queryOf(req).has("saved") ? kit.texts.consentSaved : null);
    return await changeConsent(kit, req, res, id);
  } catch (error) {
    return sendUnavailable(kit, req, res, "consent", error);
  }
}

async function showConsent(kit, req, res, id, notice) {
  const consent = await withCustomer(kit, id, req, () => kit.client.consent(id));
  const csrf = kit.formTokens.issue(req, res);
  const body = consentBody(kit.texts, { consent, csrf, action: pathOf(req), historyPath: kit.paths.history, notice });
  return sendPage(kit, req, res, 200, kit.texts.consentTitle, body, "consent");
}

async function changeConsent(kit, req, res, id) {
  const form = contentType(req) === "application/x-www-form-urlencoded" ? await readForm(req) : null;
  if (form === null || !kit.formTokens.accepts(req, form)) return sendForbidden(kit, req, res, kit.texts.unavailableText);
  if (!form.has("ask")) {
    const granted = ["1", "true", "on"].includes(form.get("granted"));
    await withCustomer(kit, id, req, () => kit.client.setConsent(id, { granted }));
    return redirect(res, `${pathOf(req)}?saved=1`);
  }
  const decision = form.get("decision");
  if (decision !== "allow" && decision !== "deny") return sendForbidden(kit, req, res, kit.texts.unavailableText);
  try {
    await kit.client.decideAsk(id, form.get("ask"), decision);
  } catch (error) {
    if (error.code !== "ask_closed" && error.code !== "ask_not_found") throw error;
    return showConsent(kit, req, res, id, kit.texts.askClosed);
  }
  return redirect(res, `${pathOf(req)}?saved=1`);
}

/** `loginascustomer/history`: when staff were signed in, and what they did. */
export async function historyPage(kit, req, res) {
  if (req.method !== "GET" && req.method !== "HEAD") {
    res.setHeader("Allow", "GET, HEAD");
    return sendHtml(req, res, 405, barePage({ title: kit.texts.unavailableTitle, body: "", stylesheet: kit.paths.stylesheet }));
  }
  const id = await ownCustomer(kit, req, res, "history");
  if (id === null) return undefined;
  try {
    const after = queryOf(req).get("after") ?? undefined;
    const history = await withCustomer(kit, id, req, () => kit.client.accessHistory(id, { after }));
    const body = historyBody(kit.texts, { history, path: pathOf(req), showTime: kit.showTime });
    return await sendPage(kit, req, res, 200, kit.texts.historyTitle, body, "history");
  } catch (error) {
    return sendUnavailable(kit, req, res, "history", error);
  }
}
