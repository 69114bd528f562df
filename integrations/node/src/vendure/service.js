import common from "@nestjs/common";
import core from "@vendure/core";
import { randomBytes } from "node:crypto";
import { Outbox, newAction, newKey } from "../outbox.js";
import { judge } from "../validity.js";
import { sendForbidden } from "../express/account.js";
import { privateHeaders } from "../express/banner.js";
import { contentType } from "../express/http.js";
import { ownPage, sendStylesheet } from "../express/middleware.js";
import { landing, redeemAndOpen } from "../express/landing.js";
import { AgentSessionsUncached, TOKEN_PREFIX, isAgentToken } from "./cache.js";
import { LacOutboxEntity, LacSessionEntity } from "./entities.js";
import { describeClass } from "./nest.js";

const {
  Administrator, AuthenticatedSession, ChannelService, ConfigService, Customer, Logger, OrderService, ProcessContext,
  RequestContextService, Session, TransactionalConnection, extractSessionToken, setSessionToken,
} = core;

const CUSTOMER_ROLE = "__customer_role__";
const SWEEP_EVERY = 30_000;
/** A younger report may belong to a transaction that is still open: a database on one connection shows it already. */
const SETTLED_AFTER = 1_000;
const CONTEXT = "LacPlugin";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export const vendureLog = {
  error: (text) => Logger.error(text, CONTEXT),
  warn: (text) => Logger.warn(text, CONTEXT),
  info: (text) => Logger.info(text, CONTEXT),
};

export const LAC_OPTIONS = Symbol("LAC_OPTIONS");

/** Agents' sessions in Vendure: made here, checked at every request, ended here. */
export class LacService {
  #sweeper = null;

  constructor(connection, config, channels, contexts, orders, processContext, options) {
    this.connection = connection;
    this.config = config;
    this.channels = channels;
    this.contexts = contexts;
    this.orders = orders;
    this.processContext = processContext;
    this.options = options;
    this.client = options.client;
    this.kit = this.#makeKit(options);
  }

  async onApplicationBootstrap() {
    if (!(this.config.authOptions.sessionCacheStrategy instanceof AgentSessionsUncached)) {
      throw new Error("LacPlugin must come after plugins that set authOptions.sessionCacheStrategy");
    }
    if (this.config.entityOptions.entityIdStrategy?.primaryKeyType !== "increment") {
      throw new Error("LacPlugin: lac needs customers whose ids are whole numbers above 0 (an auto-increment entityIdStrategy)");
    }
    if (!this.processContext.isServer) return;
    this.kit.outbox = new Outbox({ client: this.client, log: vendureLog, store: this.#outboxStore() });
    this.#sweeper = setInterval(() => this.#sweep().catch((error) => vendureLog.error(error.message)), SWEEP_EVERY);
    this.#sweeper.unref();
    this.client.selfCheck({ origin: this.kit.origin }).then((problems) => problems.forEach(vendureLog.error));
  }

  onApplicationShutdown() {
    clearInterval(this.#sweeper);
    this.kit.outbox?.close();
    this.client.close();
  }

  /** Answers the plugin's own pages; recognizes agents' sessions in all other requests. Whether the request is answered. */
  async handle(req, res) {
    req.lac = null;
    req.lacService = this;
    const page = ownPage(this.kit.paths.basePath, (req.originalUrl ?? req.url).split("?")[0]);
    if (page === "banner.css") return sendStylesheet(req, res);
    if (page === "login/index") {
      await landing(this.kit, req, res);
      return true;
    }
    await this.recognize(req, res);
    if (!req.lac) return false;
    return this.#bound(req, res);
  }

  async recognize(req, res) {
    const token = this.#tokenOf(req);
    if (!isAgentToken(token)) return;
    const row = await this.#rows().findOne({ where: { token } });
    const session = await this.#sessions().findOne({ where: { token } });
    if (!row || !session) {
      if (row) await this.kit.outbox.end(row.sessionId, "signed_out");
      return this.#forget(req, res, token);
    }
    const { valid, record, why, error } = await judge(this.client, row.record, this.kit.validity);
    if (error) vendureLog.warn(`session ${row.sessionId}: check: ${error.code ?? error.message}`);
    if (!valid) {
      if (why === "stale" || why === "not_authenticated") await this.kit.outbox.end(row.sessionId, "signed_out");
      return this.#forget(req, res, token);
    }
    if (record !== row.record) await this.#rows().update({ id: row.id }, { record });
    req.lac = Object.freeze({ ...record, token, channelToken: row.channelToken });
    const { writeHead } = res;
    res.writeHead = function (...head) {
      privateHeaders(res, { disablePageCache: true });
      return writeHead.apply(this, head);
    };
  }

  /** An agent's session stays in its channel and in the shop; read-only lets only the GraphQL interface be posted to, which looks closer. */
  async #bound(req, res) {
    const { adminApiPath, shopApiPath, channelTokenKey } = this.config.apiOptions;
    const path = (req.originalUrl ?? req.url).split("?")[0];
    const under = (name) => path === `/${name}` || path.startsWith(`/${name}/`);
    const asked = req.query?.[channelTokenKey] ?? req.headers[channelTokenKey];
    const channel = asked ?? (await this.channels.getDefaultChannel()).token;
    const allowed = !under(adminApiPath) && channel === req.lac.channelToken && (!req.lac.readOnly || SAFE.has(req.method) || under(shopApiPath));
    if (allowed) return false;
    sendForbidden(this.kit, req, res, this.kit.texts.forbiddenText);
    return true;
  }

  /** For the shop interface's mutation; throws `Refused`. */
  async redeem(req, secret) {
    const { origin } = req.headers;
    if (contentType(req) !== "application/json") throw new Error("the mutation is sent as application/json");
    if (origin !== undefined && origin !== this.kit.origin) throw new Error("the request comes from another origin");
    return redeemAndOpen(this.kit, req, secret);
  }

  /** Ends the session of this request, here and at the gateway. */
  async leave(req, res, cause) {
    if (!req.lac) return false;
    await this.kit.outbox.end(req.lac.sessionId, cause);
    await this.#forget(req, res, req.lac.token);
    return true;
  }

  /** Keeps a report in the transaction of `ctx`; it is sent after the commit. */
  async report(ctx, record, action) {
    const item = { kind: "report", sessionId: record.sessionId, action: newAction(action), ...newKey() };
    item.notBefore = item.keptAt + SETTLED_AFTER;
    await this.connection.getRepository(ctx, LacOutboxEntity).save(new LacOutboxEntity({ key: item.key, item }));
    this.kit.outbox?.wake(SETTLED_AFTER + 100);
  }

  /** The customer's account as Vendure knows it, if it is one that an agent may open. */
  async #findCustomer(id, { redeemed, req }) {
    const channelToken = this.options.channelTokens?.[redeemed.website];
    const ctx = await this.contexts.create({ apiType: "shop", ...(channelToken ? { channelOrToken: channelToken } : {}) });
    const customer = await this.connection.getRepository(ctx, Customer).findOne({
      where: { id },
      relations: ["user", "user.roles", "user.roles.channels", "channels"],
    });
    if (!customer || customer.deletedAt || !customer.user || customer.user.deletedAt) return null;
    if (!customer.channels.some((channel) => channel.id === ctx.channelId)) return null;
    req.lacOpening = { ctx };
    return customer;
  }

  async #isStaff(customer) {
    const { user } = customer;
    if (user.roles.length === 0 || user.roles.some(({ code }) => code !== CUSTOMER_ROLE)) return true;
    const admin = await this.connection.rawConnection.getRepository(Administrator).findOne({ where: { user: { id: user.id } }, withDeleted: true });
    return admin !== null;
  }

  /** Makes Vendure's session by hand: its own way in would merge the guest's order, set the last login and send a login event. */
  async #open(req, customer) {
    const { ctx, record } = req.lacOpening;
    const token = TOKEN_PREFIX + randomBytes(32).toString("hex");
    await this.connection.withTransaction(ctx, async (tx) => {
      const activeOrder = await this.orders.getActiveOrderForUser(tx, customer.user.id);
      await this.connection.getRepository(tx, AuthenticatedSession).save(
        new AuthenticatedSession({
          token,
          user: customer.user,
          activeOrder,
          activeChannel: tx.channel,
          authenticationStrategy: "lac",
          expires: new Date(record.endsAt),
          invalidated: false,
        }),
      );
      await this.connection
        .getRepository(tx, LacSessionEntity)
        .save(new LacSessionEntity({ token, sessionId: record.sessionId, channelToken: tx.channel.token, record }));
    });
    req.lacOpening.opened = record.customerId === String(customer.id) ? record.customerId : null;
    if (req.sessionOptions) req.sessionOptions.maxAge = undefined;
    setSessionToken({ sessionToken: token, rememberMe: false, authOptions: this.config.authOptions, req, res: req.res });
  }

  /** Takes this browser's session away, whoever's it is, and no other session of theirs. */
  async #renew(req, res = req.res) {
    const token = this.#tokenOf(req);
    if (token) await this.#forget(req, res, token);
  }

  /** The token of the request's session as Vendure will find it; earlier versions return it alone. */
  #tokenOf(req) {
    const { tokenMethod, apiKeyHeaderKey } = this.config.authOptions;
    const found = extractSessionToken(req, tokenMethod, apiKeyHeaderKey);
    return typeof found === "string" ? found : found?.method === "api-key" ? undefined : found?.token;
  }

  async #forget(req, res, token) {
    req.lac = null;
    await this.#remove(token);
    if (req.session) req.session.token = "";
    if (req.headers.authorization) {
      delete req.headers.authorization;
      res.setHeader(this.config.authOptions.authTokenHeaderKey, "");
    }
    if (isAgentToken(token)) res.setHeader("Clear-Site-Data", '"cache"');
  }

  async #remove(token) {
    await this.#sessions().delete({ token });
    await this.#rows().delete({ token });
    await this.config.authOptions.sessionCacheStrategy.delete(token);
  }

  /** Sessions whose end has come without a further request. */
  async #sweep() {
    for (const row of await this.#rows().find()) if (!(Date.now() < row.record.endsAt)) await this.#remove(row.token);
    this.kit.outbox.wake();
  }

  #rows() {
    return this.connection.rawConnection.getRepository(LacSessionEntity);
  }

  #sessions() {
    return this.connection.rawConnection.getRepository(Session);
  }

  #outboxStore() {
    const rows = () => this.connection.rawConnection.getRepository(LacOutboxEntity);
    return {
      async load() {
        const kept = await rows().find({ order: { key: "ASC" }, take: 1_000 });
        return kept.map(({ item }) => item);
      },
      add: async (item) => void (await rows().save(new LacOutboxEntity({ key: item.key, item }))),
      remove: async (key) => void (await rows().delete({ key })),
    };
  }

  #makeKit(options) {
    return {
      ...options.kit,
      client: options.client,
      log: vendureLog,
      outbox: null,
      findCustomer: (id, details) => this.#findCustomer(id, details),
      isStaff: (customer) => this.#isStaff(customer),
      signIn: (req, customer) => this.#open(req, customer),
      signedIn: (req) => req.lacOpening?.opened ?? null,
      sessions: {
        get: (req) => req.lac,
        set: (req, record) => void (req.lacOpening.record = record),
        renew: (req) => this.#renew(req),
        save: async () => {},
      },
    };
  }
}
describeClass(LacService, {
  decorators: [common.Injectable()],
  inject: [TransactionalConnection, ConfigService, ChannelService, RequestContextService, OrderService, ProcessContext, Object],
});
common.Inject(LAC_OPTIONS)(LacService, undefined, 6);
