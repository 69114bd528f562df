/** Where the gateway is and how to reach it. Set either `token` or `tokenFile`. */
export interface ClientOptions {
  /** `https:`, or `http:` on loopback. */
  url: string;
  token?: string;
  /** Read again for every call, so that a rotated token counts at once. */
  tokenFile?: string;
  /** Certificates (PEM) to trust instead of the system's. */
  caFile?: string;
  /** Milliseconds for one call, at most and by default 2000. */
  timeout?: number;
  /** Allows plain `http:` beyond loopback, for a network that you trust. */
  insecureHttp?: boolean;
}

export interface Redeemed {
  session_id: string;
  customer: { id: string; email: string; name: string; website: string };
  website: string;
  website_name: string;
  store_view: string;
  admin: string;
  admin_full_name: string | null;
  document: string | null;
  ticket: string | null;
  disable_page_cache: boolean;
  read_only: boolean;
  ends_at: string;
  idle_timeout: number | null;
}

export interface Checked {
  /** Only `active` is valid. */
  state: string;
  ends_at: string;
  read_only: boolean;
  end_cause: string | null;
}

export interface Ended {
  session_id: string;
  state: string;
  end_cause: string;
  ended_at: string;
  changed: boolean;
}

export type EndCause = "left" | "signed_out" | "unusable";
export type ActionKind = "order_placed" | "account_changed" | "address_changed" | "cart_changed" | "other";

/** What was done on the customer's behalf. `id` makes a repetition harmless; without one, a random one is taken. */
export interface ActionInput {
  id?: string;
  action: ActionKind;
  /** For example `order:000000001`. */
  document?: string;
  /** At most 500 characters. */
  summary?: string;
  at?: Date | string;
}

export interface Action {
  id: string;
  action: ActionKind;
  document?: string;
  summary?: string;
  at: string;
}

export interface ConsentAsk {
  id: string;
  website: string;
  website_name: string;
  ticket: string | null;
  /** In seconds. */
  duration: number;
  asked_at: string;
  expires_at: string;
}

export interface Consent {
  customer_id: string;
  granted: boolean;
  until: string | null;
  changed_at: string | null;
  mode: string;
  title: string;
  tooltip: string;
  can_change: boolean;
  website: string;
  website_name: string;
  ask: ConsentAsk | null;
}

export interface Visit {
  started_at: string;
  ended_at: string | null;
  duration: number | null;
  state: string;
  website: string;
  website_name: string;
  read_only: boolean;
  actions: { action: string; document: string | null; at: string }[];
  admin?: string | null;
  admin_full_name?: string | null;
  reason?: string | null;
  ticket?: string | null;
}

export interface AccessHistory {
  customer_id: string;
  visits: Visit[];
  next: string | null;
}

export type CustomerRow =
  | { id: string | number; email: string; name: string; website: string; store_view?: string; active: boolean; confirmed: boolean }
  | { id: string | number; deleted: true };

export interface OrderRow {
  number: string;
  customer_id: string | number;
  store_view: string;
  placed_at: string;
}

export interface Synced {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  deleted: number;
  skipped: { at: number; id?: string; number?: string; reason: string }[];
}

export declare const ACTIVE: "active";

/** `code` is the gateway's, or one of `unreachable`, `timeout`, `bad_answer`, `token_file`, `invalid_option`. */
export declare class LacError extends Error {
  constructor(code: string, message: string, details?: { status?: number; hint?: string | null; retryAfter?: number | null; cause?: unknown });
  readonly code: string;
  /** 0 where there was no answer. */
  readonly status: number;
  /** For the shop's log, never for a shopper. */
  readonly hint: string | null;
  /** In seconds. */
  readonly retryAfter: number | null;
  /** Whether the same call may succeed later. */
  readonly transient: boolean;
  readonly isUnknownPath: boolean;
}

export declare class LacClient {
  constructor(options: ClientOptions);
  redeem(input: { token: string; audience: string; clientIp?: string; userAgent?: string }): Promise<Redeemed>;
  check(sessionId: string): Promise<Checked>;
  end(sessionId: string, cause: EndCause): Promise<Ended>;
  report(sessionId: string, actions: Action[]): Promise<{ recorded: number; known: number }>;
  consent(customerId: string | number): Promise<Consent>;
  setConsent(customerId: string | number, change: { granted: boolean; until?: string; sessionId?: string }): Promise<Consent & { changed: boolean }>;
  decideAsk(
    customerId: string | number,
    askId: string,
    decision: "allow" | "deny",
    options?: { sessionId?: string },
  ): Promise<{ ask_id: string; state: string; granted: boolean; until: string | null }>;
  accessHistory(customerId: string | number, page?: { limit?: number; after?: string }): Promise<AccessHistory>;
  syncCustomers(rows: CustomerRow[]): Promise<Synced>;
  syncOrders(rows: OrderRow[]): Promise<Synced>;
  jwks(): Promise<{ keys: Record<string, unknown>[] }>;
  ready(): Promise<boolean>;
  selfCheck(options?: { origin?: string; customerIds?: (string | number)[] }): Promise<string[]>;
  close(): void;
}

export declare function isCustomerId(id: unknown): boolean;
export declare function isOrigin(text: string): boolean;

export interface OutboxItem {
  key: string;
  kind: "report" | "end";
  sessionId: string;
  keptAt: number;
  action?: Action;
  cause?: EndCause;
  insistUntil?: number;
  notBefore?: number;
}

/** Where items wait; a shop may write its own, for example on a table of its database. */
export interface OutboxStore {
  load(): Promise<OutboxItem[]>;
  add(item: OutboxItem): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface Log {
  error(text: string): void;
  warn(text: string): void;
}

export declare function memoryStore(): OutboxStore;
export declare function folderStore(folder: string): OutboxStore;
export declare function newAction(action: ActionInput): Action;

export declare class Outbox {
  constructor(options: { client: LacClient; store?: OutboxStore; log?: Log });
  report(sessionId: string, action: ActionInput): Promise<string>;
  end(sessionId: string, cause: EndCause, options?: { insistFor?: number }): Promise<void>;
  flush(): Promise<number>;
  wake(pause?: number): void;
  close(): void;
}

/** What a shop keeps about a session between requests. Plain JSON. */
export interface SessionRecord {
  sessionId: string;
  customerId: string;
  customerName: string;
  website: string;
  websiteName: string;
  storeView: string;
  admin: string;
  adminFullName: string | null;
  ticket: string | null;
  document: string | null;
  disablePageCache: boolean;
  readOnly: boolean;
  endsAt: number;
  checkedAt: number;
  goodAt: number;
  endToken?: string;
}

export interface ValidityOptions {
  /** Seconds for which an answer counts: 0 to 2, by default 2. */
  checkEvery?: number;
  /** Seconds without a good answer after which a session is over: by default 30. */
  staleAfter?: number;
}

export type Verdict = { valid: true; record: SessionRecord; error?: LacError } | { valid: false; why: string };

export declare function validityOptions(options?: ValidityOptions): { checkEvery: number; staleAfter: number };
export declare function newRecord(redeemed: Redeemed, now: number): SessionRecord;
export declare function judge(
  client: LacClient,
  record: SessionRecord,
  times: { checkEvery: number; staleAfter: number },
  now?: number,
): Promise<Verdict>;
