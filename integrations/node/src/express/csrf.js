import { randomBytes, timingSafeEqual } from "node:crypto";
import { addCookie, readCookie } from "./http.js";

const TOKEN = /^[0-9a-f]{64}$/;

export const newToken = () => randomBytes(32).toString("hex");

export function sameToken(a, b) {
  if (typeof a !== "string" || typeof b !== "string" || !TOKEN.test(a) || !TOKEN.test(b)) return false;
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/**
 * A token in a cookie of its own and in the form. It needs no session, so that looking at the landing page opens none. With https the
 * cookie has the prefix `__Host-`, which no other host of the domain can set.
 */
export function formTokens(origin) {
  const secure = origin.startsWith("https:");
  const name = secure ? "__Host-lac-csrf" : "lac-csrf";
  const attributes = `; Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  return {
    /** The token to put into a form; sets the cookie if the browser has none. */
    issue(req, res) {
      const known = readCookie(req, name);
      if (known && TOKEN.test(known)) return known;
      const token = newToken();
      addCookie(res, `${name}=${token}${attributes}`);
      return token;
    },
    /** Whether the form came from a page of this shop: its origin is ours, and the token is that of the cookie. */
    accepts(req, form) {
      return req.headers.origin === origin && sameToken(form.get("csrf"), readCookie(req, name));
    },
  };
}
