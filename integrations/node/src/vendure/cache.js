/** Agents' sessions have tokens with this prefix, so that other requests cost nothing. */
export const TOKEN_PREFIX = "lac-session-";

export const isAgentToken = (token) => typeof token === "string" && token.startsWith(TOKEN_PREFIX);

/** The shop's own session cache for all but agents' sessions, which are read from the database for every request. */
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
    if (!isAgentToken(session.token)) await this.inner.set(session);
  }

  async get(token) {
    return isAgentToken(token) ? undefined : this.inner.get(token);
  }

  delete(token) {
    return this.inner.delete(token);
  }

  clear() {
    return this.inner.clear();
  }
}
