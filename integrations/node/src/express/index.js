import { LacClient, isOrigin } from "../client.js";
import { LacError } from "../errors.js";
import { Outbox, folderStore, memoryStore } from "../outbox.js";
import { validityOptions } from "../validity.js";
import { formTokens } from "./csrf.js";
import { impersonation } from "./middleware.js";
import { localPath } from "./http.js";
import { sendForbidden } from "./account.js";
import { TEXTS } from "./pages.js";
import { requestSessions } from "./sessions.js";

export { TEXTS } from "./pages.js";
export { requestSessions } from "./sessions.js";

function required(options, name, kind) {
  if (typeof options[name] !== kind) throw new LacError("invalid_option", `${name}: a ${kind} is needed`);
  return options[name];
}

function optionalPath(name, value, fallback) {
  if (value === undefined) return fallback;
  if (localPath(value) === null) throw new LacError("invalid_option", `${name}: a path on this shop, such as /account`);
  return value;
}

function makePaths(basePath = "") {
  if (basePath !== "" && (localPath(basePath) === null || basePath.endsWith("/"))) {
    throw new LacError("invalid_option", "basePath: empty, or a path such as /shop");
  }
  const of = (name) => `${basePath}/loginascustomer/${name}`;
  return { basePath, end: of("end"), consent: of("consent"), history: of("history"), stylesheet: of("banner.css") };
}

/**
 * Login as Customer for an Express shop. Mount `middleware` directly after the session middleware, before whatever reads the session
 * (Passport, the shop's own routes) and after static files and compression.
 */
export function loginAsCustomer(options) {
  const origin = required(options, "origin", "string");
  if (!isOrigin(origin)) throw new LacError("invalid_option", "origin: scheme and host of the shop, such as https://shop.example");
  const client = options.client ?? new LacClient(options);
  const log = options.log ?? console;
  const customerId = required(options, "customerId", "function");
  const websites = [options.website ?? []].flat();
  if (websites.length === 0) throw new LacError("invalid_option", "website: the code of the website (or a list of codes)");
  const outbox = new Outbox({ client, log, store: options.outboxFolder ? folderStore(options.outboxFolder) : memoryStore() });
  const kit = {
    client,
    log,
    outbox,
    origin,
    websites,
    validity: validityOptions(options),
    formTokens: formTokens(origin),
    sessions: options.sessions ?? requestSessions(),
    findCustomer: required(options, "findCustomer", "function"),
    isStaff: required(options, "isStaff", "function"),
    signIn: required(options, "signIn", "function"),
    signedIn(req) {
      const id = customerId(req);
      return id === undefined || id === null ? null : String(id);
    },
    landingPath: optionalPath("landing", options.landing, "/account"),
    loginPath: optionalPath("loginPath", options.loginPath, null),
    orderPath: options.orderPath,
    customerRow: options.customerRow,
    layout: options.layout,
    showTime: options.showTime ?? ((time) => new Date(time).toISOString().slice(0, 16).replace("T", " ") + " UTC"),
    texts: { ...TEXTS, ...options.texts },
    paths: makePaths(options.basePath),
    onStarted: options.onStarted ?? (() => {}),
    onEnded: options.onEnded ?? (() => {}),
  };
  return {
    middleware: impersonation(kit),
    /** For routes that an agent must not use: password, e-mail address, deletion of the account. */
    forbidDuringImpersonation: (req, res, next) => (req.lac ? sendForbidden(kit, req, res, kit.texts.forbiddenText) : next()),
    /** For routes that write on GET: the method alone does not show that they do. */
    forbidWhenReadOnly: (req, res, next) => (req.lac?.readOnly ? sendForbidden(kit, req, res, kit.texts.readOnlyText) : next()),
    client,
    /** Tries once to send what waits; returns how many reports and ends still wait. Call it before the process stops. */
    flush: () => outbox.flush(),
    selfCheck: ({ customerIds } = {}) => client.selfCheck({ origin, customerIds }),
    close() {
      outbox.close();
      client.close();
    },
  };
}
