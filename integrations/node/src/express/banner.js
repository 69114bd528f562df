import { contentType, escapeHtml } from "./http.js";
import { fill } from "./pages.js";

/** Served from the shop's own origin, so that a content security policy with `style-src 'self'` lets it in. */
export const STYLESHEET = `#lac-banner{position:sticky;top:0;left:0;right:0;z-index:2147483647;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:center;box-sizing:border-box;width:100%;margin:0;padding:.5rem 1rem;background:#7a1f00;color:#fff;font:600 1rem/1.4 system-ui,sans-serif;text-align:center}
#lac-banner p,#lac-banner form{margin:0;padding:0;color:inherit;font:inherit;overflow-wrap:anywhere}
#lac-banner button{margin:0;padding:.25rem .75rem;min-height:2rem;border:1px solid #fff;border-radius:.25rem;background:#fff;color:#7a1f00;font:inherit;cursor:pointer}
#lac-banner button:focus-visible{outline:3px solid #ffd166;outline-offset:2px}
body:has(>#lac-banner){height:auto!important;min-height:100%}
@media print{#lac-banner{position:static}}
.lac-page{margin:0;background:#fff;color:#1a1a1a;font:1rem/1.5 system-ui,sans-serif}
.lac-page main{max-width:40rem;margin:0 auto;padding:2rem 1rem;overflow-wrap:anywhere}
.lac-page button{padding:.5rem 1rem;border:0;border-radius:.25rem;background:#0b4f8a;color:#fff;font:inherit;cursor:pointer}
.lac-page a{color:#0b4f8a}
.lac-page td,.lac-page th{padding:.25rem .5rem;text-align:left;vertical-align:top}
@media (prefers-color-scheme:dark){.lac-page{background:#161616;color:#eee}.lac-page a{color:#9cc9f5}.lac-page button{background:#9cc9f5;color:#161616}}
`;

export function bannerHtml(texts, record, { endPath }) {
  // A name may hold characters that turn the direction of what follows.
  const isolated = (text) => `<bdi>${escapeHtml(text)}</bdi>`;
  const text = fill(escapeHtml(texts.banner), { name: isolated(record.customerName), website: isolated(record.websiteName) });
  const words = record.readOnly ? `${text} ${escapeHtml(texts.bannerReadOnly)}` : text;
  return `<div id="lac-banner" role="status"><p>${words}</p><form method="post" action="${escapeHtml(endPath)}"><input type="hidden" name="token" value="${escapeHtml(
    record.endToken,
  )}"><button type="submit">${escapeHtml(texts.bannerEnd)}</button></form></div>`;
}

const SKIPPED = /<!--[\s\S]*?-->|<(script|style|title|textarea|template|noscript)\b[\s\S]*?<\/\1\s*>|(<body(?=[\s>/])(?:"[^"]*"|'[^']*'|[^'">])*>)/gi;

/** The page with the banner as the first thing in its body; null where it is no whole page, or has the banner already. */
export function insertBanner(html, banner, stylesheet) {
  if (/\bid=["']?lac-banner["'\s>]/.test(html)) return null;
  if (!/^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html)\b/i.test(html.replace(/^\uFEFF/, ""))) return null;
  const link = `<link rel="stylesheet" href="${escapeHtml(stylesheet)}">`;
  for (const match of html.matchAll(SKIPPED)) {
    if (!match[2]) continue;
    const at = match.index + match[0].length;
    return `${html.slice(0, at)}${link}${banner}${html.slice(at)}`;
  }
  // A page may leave its body tag out: then what follows the head is the body.
  const head = /<\/head\s*>/i.exec(html);
  if (!head) return null;
  const at = head.index + head[0].length;
  return `${html.slice(0, at)}<body>${link}${banner}${html.slice(at)}`;
}

const SHARED_ONLY = /^(?:public|s-maxage=.*|proxy-revalidate|stale-while-revalidate=.*|stale-if-error=.*|immutable|max-age=.*|private|no-cache|no-store|must-revalidate)$/i;

/** No answer of an agent's session may be in a shared cache, and no browser may show a page again without asking. */
export function privateHeaders(res, record) {
  for (const name of ["Surrogate-Control", "CDN-Cache-Control", "Expires", "Age"]) res.removeHeader(name);
  const html = contentType({ headers: { "content-type": res.getHeader("Content-Type") } }) === "text/html";
  const rest = String(res.getHeader("Cache-Control") ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word && !SHARED_ONLY.test(word));
  const noStore = record.disablePageCache || /\bno-store\b/i.test(String(res.getHeader("Cache-Control") ?? ""));
  res.setHeader("Cache-Control", [...(noStore ? ["private", "no-store"] : ["private", "no-cache"]), ...rest].join(", "));
  const vary = String(res.getHeader("Vary") ?? "");
  if (!/(^|,)\s*(cookie|\*)\s*(,|$)/i.test(vary)) res.setHeader("Vary", vary ? `${vary}, Cookie` : "Cookie");
  if (html) {
    res.removeHeader("ETag");
    res.removeHeader("Last-Modified");
  }
}

/** Whether an answer is a whole HTML page in plain text that has not begun to be sent. */
function canHoldBanner(req, res) {
  if (req.method === "HEAD" || res.statusCode === 204 || res.statusCode === 304) return false;
  const encoding = String(res.getHeader("Content-Encoding") ?? "identity").toLowerCase();
  const type = String(res.getHeader("Content-Type") ?? "");
  const charset = /charset=["']?([\w-]+)/i.exec(type)?.[1] ?? "utf-8";
  return encoding === "identity" && /^text\/html\b/i.test(type) && /^utf-?8$/i.test(charset);
}

/**
 * Rewrites what later handlers send: cache headers always, the banner where the whole page comes in one piece. `atEnd` runs before the
 * session is saved.
 */
export function decorate(req, res, { record, banner, stylesheet, atEnd }) {
  const { write, end, writeHead, flushHeaders } = res;
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    atEnd();
    if (!res.headersSent) privateHeaders(res, record());
  };
  // The head waits for the first piece of the body: only then it is known whether the banner goes in and how long the page gets.
  res.writeHead = function (status, ...rest) {
    if (begun) return writeHead.call(this, status, ...rest);
    res.statusCode = status;
    if (typeof rest[0] === "string") res.statusMessage = rest.shift();
    for (const [name, value] of headerPairs(rest[0])) res.setHeader(name, value);
    return this;
  };
  res.flushHeaders = function () {
    begin();
    return flushHeaders.call(this);
  };
  res.write = function (...args) {
    begin();
    return write.apply(this, args);
  };
  res.end = function (chunk, encoding, ...rest) {
    const whole = !begun && !res.headersSent;
    begin();
    if (whole && chunk && typeof chunk !== "function" && canHoldBanner(req, res)) {
      const html = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      const page = insertBanner(html, banner(), stylesheet);
      if (page !== null) {
        if (res.hasHeader("Content-Length")) res.setHeader("Content-Length", Buffer.byteLength(page));
        const done = [encoding, ...rest].find((value) => typeof value === "function");
        return end.call(this, page, "utf8", ...(done ? [done] : []));
      }
    }
    return end.call(this, chunk, encoding, ...rest);
  };
}

function headerPairs(headers) {
  if (!headers) return [];
  if (!Array.isArray(headers)) return Object.entries(headers).filter(([, value]) => value !== undefined);
  if (Array.isArray(headers[0])) return headers;
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : []));
}
