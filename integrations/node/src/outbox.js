import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { LacError } from "./errors.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
/** The gateway takes reports up to 24 hours after the end of a session. */
const KEEP = 25 * 3600 * 1000;
const MOST_ACTIONS = 100;
const ACTIONS = new Set(["order_placed", "account_changed", "address_changed", "cart_changed", "other"]);

/** An action as the gateway takes it; `id` makes repetitions harmless. */
export function newAction({ id = randomUUID(), action, document, summary, at = new Date() }) {
  if (!ACTIONS.has(action)) throw new LacError("invalid_option", `action: one of ${[...ACTIONS].join(", ")}`);
  if (!/^[A-Za-z0-9._:-]{1,64}$/.test(id)) throw new LacError("invalid_option", "id: 1 to 64 letters, digits and . _ : -");
  return {
    id,
    action,
    ...(document ? { document } : {}),
    ...(summary ? { summary: String(summary).slice(0, 500) } : {}),
    at: at instanceof Date ? at.toISOString() : at,
  };
}

let counter = 0;

/** Keys sort by the time at which the item was kept. */
export function newKey() {
  const keptAt = Date.now();
  counter = (counter + 1) % 1_000_000;
  return { key: `${String(keptAt).padStart(14, "0")}-${String(counter).padStart(6, "0")}-${randomUUID()}`, keptAt };
}

/** Items in this process's memory: what is not yet sent when the process is killed is lost. */
export function memoryStore() {
  const items = new Map();
  return {
    load: async () => [...items.values()],
    add: async (item) => void items.set(item.key, item),
    remove: async (key) => void items.delete(key),
  };
}

/** Items in a folder, one file each, written through to the disk before `add` returns. Several processes may share the folder. */
export function folderStore(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (key) => join(folder, `${key}.json`);
  return {
    async load() {
      const items = [];
      for (const name of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
        try {
          items.push(JSON.parse(readFileSync(join(folder, name), "utf8")));
        } catch (error) {
          if (error.code !== "ENOENT") throw error;
        }
      }
      return items;
    },
    async add(item) {
      const draft = join(folder, `.${item.key}.tmp`);
      const file = await open(draft, "w", 0o600);
      try {
        await file.writeFile(JSON.stringify(item));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path(item.key));
    },
    async remove(key) {
      await unlink(path(key)).catch((error) => {
        if (error.code !== "ENOENT") throw error;
      });
    },
  };
}

/** Sends reports and ends to the gateway, again and again until it has them. */
export class Outbox {
  #client;
  #store;
  #log;
  #timer = null;
  #running = null;
  #pause = FIRST_PAUSE;
  #closed = false;

  constructor({ client, store = memoryStore(), log = console }) {
    this.#client = client;
    this.#store = store;
    this.#log = log;
    this.#schedule(0);
  }

  /** Returns once the action is kept; it is sent in the background. */
  async report(sessionId, action) {
    const made = newAction(action);
    await this.#add({ kind: "report", sessionId, action: made });
    return made.id;
  }

  /**
   * Returns once the end is kept; it is sent in the background. `insistFor` milliseconds, "no such session" is not taken for an answer:
   * a redemption whose answer was lost may still be under way.
   */
  end(sessionId, cause, { insistFor = 0 } = {}) {
    return this.#add({ kind: "end", sessionId, cause, insistUntil: Date.now() + insistFor });
  }

  /** Tries once to send all that waits; returns how many items still wait. */
  async flush() {
    while (this.#running) await this.#running;
    this.#running = this.#sendAll().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Looks soon for items that others put into the store. */
  wake(pause = 0) {
    this.#pause = FIRST_PAUSE;
    this.#schedule(pause);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #add(item) {
    await this.#store.add({ ...item, ...newKey() });
    this.wake();
  }

  #schedule(pause) {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const waiting = await this.flush().catch((error) => {
        this.#log.error(`lac: outbox: ${error.code ?? error.message}`);
        return 1;
      });
      if (waiting === 0) return;
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
      this.#schedule(this.#pause);
    }, pause);
    this.#timer.unref();
  }

  async #sendAll() {
    const items = await this.#store.load();
    const due = items.filter(({ notBefore = 0 }) => notBefore <= Date.now());
    let waiting = items.length - due.length;
    for (const batch of batches(due)) {
      const sent = await this.#send(batch);
      if (!sent) waiting += batch.length;
    }
    return waiting;
  }

  /** Whether the batch is done with: sent, or refused for good. */
  async #send(batch) {
    const [{ kind, sessionId, cause, keptAt }] = batch;
    try {
      if (kind === "end") await this.#client.end(sessionId, cause);
      else await this.#client.report(sessionId, batch.map((item) => item.action));
    } catch (error) {
      const tooOld = Date.now() - keptAt > KEEP;
      const missing = error.status === 404 && Date.now() < (batch[0].insistUntil ?? 0);
      const again = error.transient || error.isUnknownPath || missing || error.status === 401;
      if (again && !tooOld) return false;
      // One refused action refuses its whole request; the others are sent alone.
      if (batch.length > 1 && !again) return (await Promise.all(batch.map((item) => this.#send([item])))).every(Boolean);
      if (error.status !== 404 || kind === "report") {
        this.#log.error(`lac: session ${sessionId}: ${kind} refused: ${error.code}: ${error.message}`);
      }
    }
    for (const item of batch) await this.#store.remove(item.key);
    return true;
  }
}

function batches(items) {
  const made = [];
  const open = new Map();
  for (const item of items) {
    if (item.kind === "end") {
      made.push([item]);
      continue;
    }
    let batch = open.get(item.sessionId);
    if (!batch || batch.length === MOST_ACTIONS) {
      batch = [];
      open.set(item.sessionId, batch);
      made.push(batch);
    }
    batch.push(item);
  }
  return made;
}
