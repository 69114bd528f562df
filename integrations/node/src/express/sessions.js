import { promisify } from "node:util";

const KEY = "lac";

/** Where the shop keeps what it knows about an agent's session: in the visitor's own session, by express-session or cookie-session. */
export function requestSessions() {
  return {
    get(req) {
      const record = req.session?.[KEY];
      return record && typeof record.sessionId === "string" ? record : null;
    },
    set(req, record) {
      req.session[KEY] = record;
    },
    forget(req) {
      if (req.session) delete req.session[KEY];
    },
    /** A new session that has nothing of the old one, under a new id. */
    async renew(req) {
      if (typeof req.session?.regenerate === "function") await promisify(req.session.regenerate).call(req.session);
      // cookie-session does not send an empty new session, so that the browser would keep the old one.
      else for (const name of Object.keys(req.session ?? {})) delete req.session[name];
    },
    async save(req) {
      if (typeof req.session?.save === "function" && req.session.save.length > 0) await promisify(req.session.save).call(req.session);
    },
  };
}
