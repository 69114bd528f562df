import core from "@vendure/core";
import { LacClient, isOrigin } from "../client.js";
import { LacError } from "../errors.js";
import { formTokens } from "../express/csrf.js";
import { localPath } from "../express/http.js";
import { TEXTS } from "../express/pages.js";
import { validityOptions } from "../validity.js";
import { AgentSessionsUncached, currentRequest } from "./cache.js";
import { LacOrderEntity, LacOutboxEntity, LacSessionEntity } from "./entities.js";
import { describeClass } from "./nest.js";
import { agentOperations } from "./operations.js";
import { watch } from "./orders.js";
import { LacResolver } from "./resolver.js";
import { shopSchema } from "./schema.js";
import { LAC_OPTIONS, LacService } from "./service.js";

export { LacOrderEntity, LacOutboxEntity, LacSessionEntity } from "./entities.js";
export { LacService } from "./service.js";

const { EventBus, OrderService, PluginCommonModule, TransactionalConnection, VendurePlugin } = core;

const ORDER_TEXTS = {
  orderCustomer: "This order was placed by the store's administrator.",
  orderStaff: "Order placed by {name} ({admin}), logged in as the customer.",
};

function makePaths(basePath = "") {
  if (basePath !== "" && (localPath(basePath) === null || basePath.endsWith("/"))) {
    throw new LacError("invalid_option", "basePath: empty, or a path such as /shop");
  }
  return { basePath, stylesheet: `${basePath}/loginascustomer/banner.css` };
}

/** Options that both ways in and all sessions share, checked once. */
function makeKit(options) {
  if (!isOrigin(options.origin)) throw new LacError("invalid_option", "origin: the storefront's, such as https://shop.example");
  const websites = [options.website ?? []].flat();
  if (websites.length === 0) throw new LacError("invalid_option", "website: the code of the website (or a list of codes)");
  return {
    origin: options.origin,
    websites,
    validity: validityOptions(options),
    formTokens: formTokens(options.origin),
    landingPath: localPath(options.landing ?? "/account") ?? "/",
    orderPath: options.orderPath,
    texts: { ...TEXTS, ...ORDER_TEXTS, ...options.texts },
    paths: makePaths(options.basePath),
    onStarted: options.onStarted ?? (() => {}),
    onEnded: options.onEnded ?? (() => {}),
  };
}

export class LacPlugin {
  static options = null;

  /** See README.md for the options. */
  static init(options) {
    this.options = { ...options, client: options.client ?? new LacClient(options), kit: makeKit(options) };
    return this;
  }

  constructor(service, eventBus, orders, connection) {
    this.service = service;
    watch({ eventBus, orders, connection, service, texts: service.kit.texts });
  }

  /** The middleware runs for every path, so that no plugin's own route serves a session that is over. */
  configure(consumer) {
    consumer
      .apply((req, res, next) => {
        currentRequest.run(req, () => {
          this.service.handle(req, res).then((answered) => answered || next(), next);
        });
      })
      .forRoutes("{*path}");
  }
}
describeClass(LacPlugin, {
  decorators: [
    VendurePlugin({
      imports: [PluginCommonModule],
      compatibility: "^3.0.0",
      entities: [LacSessionEntity, LacOutboxEntity, LacOrderEntity],
      providers: [LacService, { provide: LAC_OPTIONS, useFactory: () => LacPlugin.options }],
      shopApiExtensions: { schema: shopSchema, resolvers: [LacResolver] },
      configuration(config) {
        if (!LacPlugin.options) throw new LacError("invalid_option", "use LacPlugin.init({ … })");
        const inner = config.authOptions.sessionCacheStrategy;
        config.authOptions.sessionCacheStrategy = new AgentSessionsUncached(inner);
        config.apiOptions.apolloServerPlugins = [
          ...(config.apiOptions.apolloServerPlugins ?? []),
          agentOperations(LacPlugin.options),
        ];
        return config;
      },
    }),
  ],
  inject: [LacService, EventBus, OrderService, TransactionalConnection],
});
