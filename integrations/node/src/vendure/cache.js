import { AsyncLocalStorage } from "node:async_hooks";

/** The request that is being answered, so that the session cache can see whether the plugin has looked at it. */
export const currentRequest = new AsyncLocalStorage();

/** Agents' sessions have tokens with this prefix, so that other requests cost nothing. */
export const TOKEN_PREFIX = "lac-session-";

export const isAgentToken = (token) => typeof token === "string" && token.startsWith(TOKEN_PREFIX);

/** Refuses an agent's session that the plugin's middleware has not recognized: rather no answer than one that nobody checked. */
function assertRecognized(token) {
  if (currentRequest.getStore()?.lac?.token !== token) throw new Error("LacPlugin: an agent's session was not checked");
}

/**
 * The shop's own session cache for all but agents' sessions, which are read from the database for every request. Vendure asks its
 * cache before it takes any session, so that this is also where a session is stopped that came in by an unknown way.
 */
export class AgentSessionsUncached {
  constructor(inner) {
    this.inner = inner;
  }

  init(injector) {
    return this.inner.init?.(injector);
  }

  destroy() {
    return this.inner.destroy?.();
  }

  async set(session) {
    if (isAgentToken(session.token)) assertRecognized(session.token);
    else await this.inner.set(session);
  }

  async get(token) {
    if (!isAgentToken(token)) return this.inner.get(token);
    assertRecognized(token);
    return undefined;
  }

  delete(token) {
    return this.inner.delete(token);
  }

  clear() {
    return this.inner.clear();
  }
}
