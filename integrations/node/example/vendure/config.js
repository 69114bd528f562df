// A Vendure server with Login as Customer. SQLite by sql.js, so that nothing is compiled; a real shop has a database server.
import core from "@vendure/core";
import { LacPlugin } from "lac-storefront/vendure";

const { DefaultJobQueuePlugin, DefaultLogger, LogLevel, dummyPaymentHandler } = core;

/** `lac` are the plugin's options. */
export function vendureConfig({ port = 3000, database = {}, lac, logLevel = LogLevel.Warn, plugins = [] }) {
  return {
    apiOptions: { port, hostname: "127.0.0.1", adminApiPath: "admin-api", shopApiPath: "shop-api", csrfPrevention: true, cors: { origin: [lac.origin], credentials: true } },
    authOptions: {
      tokenMethod: ["cookie", "bearer"],
      superadminCredentials: { identifier: "superadmin", password: "superadmin" },
      requireVerification: false,
      // Two names: an agent who lands on the shop stays signed in to the administration.
      cookieOptions: { name: { shop: "shop-session", admin: "admin-session" }, secret: "change-me", httpOnly: true, sameSite: "lax", secure: lac.origin.startsWith("https:") },
    },
    dbConnectionOptions: { type: "sqljs", synchronize: true, ...database },
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    logger: new DefaultLogger({ level: logLevel }),
    plugins: [DefaultJobQueuePlugin, ...plugins, LacPlugin.init(lac)],
  };
}
