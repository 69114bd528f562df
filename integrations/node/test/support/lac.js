// A real store in a temporary folder, with a gateway on loopback, run by the binary in LAC_BINARY.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const BINARY = resolve(process.env.LAC_BINARY ?? join(import.meta.dirname, "../../../../target/debug/lac"));
const run = promisify(execFile);

export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export async function until(what, condition, seconds = 10) {
  const last = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > last) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

const CUSTOMERS = [
  { id: 1, email: "jane@example.com", firstName: "Jane", lastName: "Doe" },
  { id: 2, email: "bob@example.com", firstName: "Bob", lastName: "<b>Birch</b>" },
  { id: 3, email: "sam@example.com", firstName: "Sam", lastName: "Staff" },
  { id: 99, email: "nobody@example.com", firstName: "No", lastName: "Body" },
];

export class Lac {
  #home = mkdtempSync(join(tmpdir(), "lac-node-"));
  #gateway = null;
  #diary = "";

  /** A store whose website `base` is the shop at `origin`, with customers who consent, agents and a storefront. */
  static async start({ origin, customers = CUSTOMERS, gatewayPort }) {
    const lac = new Lac();
    await lac.#setUp(origin, customers);
    lac.port = gatewayPort ?? (await freePort());
    lac.url = `http://127.0.0.1:${lac.port}`;
    await lac.startGateway();
    return lac;
  }

  async #setUp(origin, customers) {
    await this.run("init", "--admin", "alice", "--name", "node.example");
    const files = {
      websites: [{ id: 0, code: "admin", name: "Admin", default_group_id: 0 }, { id: 1, code: "base", name: "Main Website", default_group_id: 1 }],
      "store-groups": [{ id: 1, website_id: 1, root_category_id: 2, default_store_id: 1, name: "Main Store", code: "main_store" }],
      "store-views": [{ id: 1, code: "en", name: "English", website_id: 1, store_group_id: 1, is_active: 1 }],
    };
    for (const [kind, items] of Object.entries(files)) {
      const file = join(this.#home, `${kind}.json`);
      writeFileSync(file, JSON.stringify(items));
      await this.run("import", kind, file);
    }
    await this.run("config", "set", "web/secure/base_url", `${origin}/`);
    await this.run("config", "set", "login_as_customer/general/enabled", "yes");
    for (const { id, email, firstName, lastName } of customers) {
      await this.run("customer", "add", "--id", String(id), "--email", email, "--first-name", firstName, "--last-name", lastName, "--website", "base");
      await this.run("consent", "grant", String(id));
    }
    const token = await this.json("storefront", "add", "shop", "--website", "base", "--consent", "--sync");
    this.tokenFile = join(this.#home, "shop-token");
    writeFileSync(this.tokenFile, `${token.token}\n`, { mode: 0o600 });
    this.token = token.token;
  }

  /** A support agent of their own for each caller: an agent has one session at a time. */
  async agent(name) {
    await this.run("role", "create", `${name}s`);
    await this.run("role", "allow", `${name}s`, "login_button", "sales_order");
    await this.run("user", "create", name, "--role", `${name}s`, "--full-name", `${name} Agent`);
    const { token } = await this.json("user", "token", "create", name);
    return { name, token };
  }

  async startGateway() {
    this.#gateway = spawn(BINARY, ["serve", "--listen", `127.0.0.1:${this.port}`], { env: this.#env(), stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#gateway.stdout, this.#gateway.stderr]) stream.on("data", (text) => (this.#diary += text));
    this.#gateway.on("exit", () => (this.#gateway = null));
    await until(`the gateway is ready\n${this.#diary}`, async () => {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      return answer?.status === 200;
    }, 15);
  }

  async stopGateway() {
    const gateway = this.#gateway;
    if (!gateway) return;
    const gone = new Promise((done) => gateway.once("exit", done));
    gateway.kill("SIGTERM");
    const hard = setTimeout(() => gateway.kill("SIGKILL"), 5_000);
    await gone;
    clearTimeout(hard);
  }

  async stop() {
    await this.stopGateway();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** What the gateway wrote to its log. */
  get diary() {
    return this.#diary;
  }

  #env(extra = {}) {
    return { PATH: process.env.PATH, HOME: this.#home, LAC_STORE: join(this.#home, "store"), ...extra };
  }

  async run(...args) {
    return this.runAs(null, ...args);
  }

  async runAs(agent, ...args) {
    try {
      const { stdout } = await run(BINARY, [...args, "--yes", "--no-input"], { env: this.#env(agent ? { LAC_TOKEN: agent.token } : {}) });
      return stdout;
    } catch (error) {
      throw new Error(`lac ${args.join(" ")}: ${error.stderr ?? error.message}`);
    }
  }

  async json(...args) {
    return JSON.parse(await this.run(...args, "-o", "json"));
  }

  /** The login URL that an agent gets. */
  async loginUrl(agent, customer, ...args) {
    return (await this.runAs(agent, "login", String(customer), ...args)).trim();
  }

  /** A login under a config that counts for it alone: the fields are set before `land`, and unset after. */
  async withConfig(fields, land) {
    for (const [field, value] of Object.entries(fields)) await this.run("config", "set", field, value);
    const visit = await land();
    for (const field of Object.keys(fields)) await this.run("config", "unset", field);
    return visit;
  }

  session(id) {
    return this.json("session", "show", id);
  }

  /** The events of the audit log under a session. */
  async events(...filters) {
    const text = await this.run("log", "list", ...filters, "-o", "jsonl");
    return text.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }
}
