import core from "@vendure/core";
import { vendureConfig } from "./config.js";

const lac = {
  url: process.env.LAC_URL ?? "http://127.0.0.1:8420",
  tokenFile: process.env.LAC_TOKEN_FILE,
  origin: "http://127.0.0.1:3000",
  website: "base",
  landing: "/account",
};
const app = await core.bootstrap(vendureConfig({ lac, database: { location: "shop.sqlite", autoSave: true } }));
await app.get(core.JobQueueService).start();
