import type { RequestContext, Type } from "@vendure/core";
import type { ActionInput, ClientOptions, LacClient, Redeemed, SessionRecord, ValidityOptions } from "./index.js";
import type { Texts } from "./express.js";

export interface LacPluginOptions extends ClientOptions, ValidityOptions {
  /** The storefront's origin, such as `https://shop.example`: audience of login tokens, and the only origin that may redeem. */
  origin: string;
  website: string | string[];
  /** Tokens of the channels of websites other than the default channel's. */
  channelTokens?: Record<string, string>;
  /** Where agents land: by default `/account`. */
  landing?: string;
  orderPath?(code: string, details: { redeemed: Redeemed; req: any }): string;
  /** Further mutations and queries that agents may not use. */
  forbid?: string[];
  basePath?: string;
  texts?: Texts;
  client?: LacClient;
  onStarted?(session: SessionRecord, req: any): void;
  onEnded?(session: SessionRecord, req: any, why: string): void;
}

export declare class LacPlugin {
  static init(options: LacPluginOptions): Type<LacPlugin>;
}

/** For a shop's own resolvers: reports in the transaction of `ctx`. `ctx.req.lac` is the record of the agent's session. */
export declare class LacService {
  report(ctx: RequestContext, session: Pick<SessionRecord, "sessionId">, action: ActionInput): Promise<void>;
}

export declare class LacSessionEntity {}
export declare class LacOutboxEntity {}
export declare class LacOrderEntity {}
