const LARGEST_FORM = 32 * 1024;

export const escapeHtml = (text) =>
  String(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The path of the request as the browser asked for it, without query. */
export function pathOf(req) {
  const url = req.originalUrl ?? req.url;
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

export function queryOf(req) {
  const url = req.originalUrl ?? req.url;
  const start = url.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : url.slice(start + 1));
}

export function contentType(message) {
  return String(message.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
}

/** The fields of a posted form as strings, from an earlier body parser or from the request itself; null if it is too large. */
export async function readForm(req) {
  if (req.body && typeof req.body === "object" && !Buffer.isBuffer(req.body)) {
    return new Map(Object.entries(req.body).filter(([, value]) => typeof value === "string"));
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size > LARGEST_FORM) return null;
    chunks.push(chunk);
  }
  const form = new Map();
  // A field that comes twice counts for nothing: two readers could take two different values.
  const doubled = new Set();
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString("utf8"))) {
    if (form.has(name)) doubled.add(name);
    form.set(name, value);
  }
  for (const name of doubled) form.delete(name);
  return form;
}

export function readCookie(req, name) {
  for (const part of String(req.headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

export function addCookie(res, cookie) {
  const before = res.getHeader("Set-Cookie");
  res.setHeader("Set-Cookie", before === undefined ? [cookie] : [].concat(before, cookie));
}

/** The browser's address, by the shop's own `trust proxy` setting. */
export function clientIp(req) {
  const address = req.ip ?? req.socket?.remoteAddress;
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "");
}

/** Headers of every page of this kit: in no cache, in no frame, in no search engine; the address stays out of referrers. */
export function protect(res) {
  res.setHeader("Cache-Control", "private, no-store");
  // `no-referrer` would make the browser send `Origin: null` with the form; `same-origin` would put the secret into access logs.
  res.setHeader("Referrer-Policy", "strict-origin");
  res.setHeader("X-Frame-Options", "DENY");
  res.setHeader("X-Content-Type-Options", "nosniff");
  res.setHeader("X-Robots-Tag", "noindex, nofollow");
}

export const OWN_PAGE_POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function sendHtml(req, res, status, html, policy = OWN_PAGE_POLICY) {
  protect(res);
  res.setHeader("Content-Security-Policy", policy);
  res.setHeader("Content-Type", "text/html; charset=utf-8");
  res.statusCode = status;
  res.setHeader("Content-Length", Buffer.byteLength(html));
  res.end(req.method === "HEAD" ? undefined : html);
}

export function redirect(res, path) {
  protect(res);
  res.statusCode = 303;
  res.setHeader("Location", path);
  res.setHeader("Content-Length", 0);
  res.end();
}

/** A path on this shop, or null: no scheme, no host, nothing that a browser takes for one. */
export function localPath(path) {
  return typeof path === "string" && /^\/(?![/\\])[^\\\u0000-\u0020\u007f]*$/.test(path) ? path : null;
}

export function wantsJson(req) {
  const accept = String(req.headers.accept ?? "");
  return accept.includes("json") && !accept.includes("text/html");
}
