import type { IncomingMessage, ServerResponse } from "node:http";
import type { ActionInput, ClientOptions, CustomerRow, EndCause, LacClient, Log, Redeemed, SessionRecord, ValidityOptions } from "./index.js";

/** `req.lac` in an agent's session; `null` in every other request. */
export interface AgentSession {
  readonly sessionId: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly website: string;
  readonly websiteName: string;
  readonly admin: string;
  readonly adminFullName: string | null;
  readonly ticket: string | null;
  readonly document: string | null;
  readonly readOnly: boolean;
  readonly endsAt: Date;
  /** The banner, for pages that it cannot be put into: streams, parts of pages. */
  bannerHtml(): string;
  /** The path of the banner's stylesheet. */
  readonly stylesheet: string;
  /** Returns the action's id once it is kept; it is sent in the background. */
  report(action: ActionInput): Promise<string>;
  end(cause?: EndCause): Promise<void>;
}

export type Request = IncomingMessage & { lac?: AgentSession | null; [name: string]: any };
export type Response = ServerResponse & { [name: string]: any };
export type Middleware = (req: any, res: any, next: (error?: any) => void) => void;

export interface SessionAdapter {
  get(req: Request): SessionRecord | null;
  set(req: Request, record: SessionRecord): void;
  forget(req: Request): void;
  renew(req: Request): Promise<void>;
  save(req: Request): Promise<void>;
}

export declare const TEXTS: Readonly<Record<string, string>>;
export type Texts = Partial<typeof TEXTS>;

export interface Options<Customer = any> extends ClientOptions, ValidityOptions {
  /** The shop's own origin, such as `https://shop.example`, from its configuration. */
  origin: string;
  /** The code of the website (or of several) whose customers this shop opens. */
  website: string | string[];
  /** The id of the customer who is signed in, from the session alone; `null` or `undefined` for a guest. */
  customerId(req: any): string | number | null | undefined;
  /** The customer with this primary key. */
  findCustomer(id: string, details: { redeemed: Redeemed; req: any }): Customer | null | undefined | Promise<Customer | null | undefined>;
  /** Must be `false` for the account to be opened. */
  isStaff(customer: Customer, details: { redeemed: Redeemed; req: any }): boolean | Promise<boolean>;
  /** Signs the customer in to the new, empty session in `req.session`. */
  signIn(req: any, customer: Customer): void | Promise<void>;
  client?: LacClient;
  sessions?: SessionAdapter;
  /** A path before `loginascustomer/…`, such as `/shop`. */
  basePath?: string;
  /** Where agents land: by default `/account`. */
  landing?: string;
  /** Where they land when the login started from an order. */
  orderPath?(number: string, details: { redeemed: Redeemed; req: any }): string;
  /** Where guests go who open the consent page. */
  loginPath?: string;
  /** For a customer whom the gateway does not know yet; needs `--sync`. */
  customerRow?(id: string, req: any): CustomerRow | null | Promise<CustomerRow | null>;
  /** The consent and history pages in the shop's own look; returns a whole HTML page. `body` is safe HTML, `title` is text. */
  layout?(page: { title: string; body: string; page: string; req: any; res: any }): string | Promise<string>;
  showTime?(time: string): string;
  texts?: Texts;
  /** A folder for reports and ends that wait to be sent; without one they wait in memory. */
  outboxFolder?: string;
  log?: Log;
  onStarted?(session: SessionRecord, req: any): void;
  onEnded?(session: SessionRecord, req: any, why: string): void;
}

export interface LoginAsCustomer {
  middleware: Middleware;
  forbidDuringImpersonation: Middleware;
  forbidWhenReadOnly: Middleware;
  client: LacClient;
  flush(): Promise<number>;
  selfCheck(options?: { customerIds?: (string | number)[] }): Promise<string[]>;
  close(): void;
}

export declare function requestSessions(): SessionAdapter;
export declare function loginAsCustomer<Customer = any>(options: Options<Customer>): LoginAsCustomer;

declare global {
  namespace Express {
    interface Request {
      lac?: AgentSession | null;
    }
  }
}
