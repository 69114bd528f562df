import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { LacError } from "./errors.js";

const LARGEST_ANSWER = 4 * 1024 * 1024;

function isLoopback(hostname) {
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** The gateway's address, checked: `https:`, or `http:` on loopback or where `insecureHttp` allows it. */
export function gatewayUrl(url, insecureHttp) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new LacError("invalid_option", `url: not a URL: ${url}`, { cause });
  }
  const plain = parsed.protocol === "http:";
  if (!plain && parsed.protocol !== "https:") throw new LacError("invalid_option", "url: use http: or https:");
  if (plain && !insecureHttp && !isLoopback(parsed.hostname)) {
    throw new LacError("invalid_option", "url: plain http is for loopback only; use https, or set insecureHttp");
  }
  if (parsed.username || parsed.password || parsed.search || parsed.hash) {
    throw new LacError("invalid_option", "url: no user, query or fragment");
  }
  return parsed;
}

/** Sends one request and reads one JSON answer, within `timeout` milliseconds altogether. Never retries, follows no redirect. */
export function send({ base, ca, agent, timeout }, method, path, { token, body } = {}) {
  const library = base.protocol === "https:" ? https : http;
  const text = body === undefined ? null : JSON.stringify(body);
  const headers = { accept: "application/json, application/problem+json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (text !== null) {
    headers["content-type"] = "application/json";
    headers["content-length"] = Buffer.byteLength(text);
  }
  return new Promise((resolve, reject) => {
    const request = library.request({
      protocol: base.protocol,
      hostname: base.hostname.replace(/^\[|\]$/g, ""),
      port: base.port || undefined,
      path: base.pathname.replace(/\/$/, "") + path,
      method,
      headers,
      agent,
      ...(ca ? { ca } : {}),
    });
    const clock = setTimeout(() => request.destroy(new LacError("timeout", `no answer within ${timeout} ms`)), timeout);
    const fail = (cause) => {
      clearTimeout(clock);
      reject(cause instanceof LacError ? cause : new LacError("unreachable", cause.message || String(cause.code), { cause }));
    };
    request.on("error", fail);
    request.on("response", (response) => {
      const chunks = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        if (size > LARGEST_ANSWER) request.destroy(new LacError("bad_answer", "the answer is too large"));
        else chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("aborted", () => fail(new LacError("unreachable", "the connection closed early")));
      response.on("end", () => {
        clearTimeout(clock);
        resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    request.end(text ?? undefined);
  });
}

/** The answer's JSON if the status says success; else the error that the gateway named. */
export function parseAnswer({ status, headers, text }) {
  let json;
  try {
    json = text === "" ? null : JSON.parse(text);
  } catch {
    json = undefined;
  }
  if (status >= 200 && status < 300) {
    if (json === null || typeof json !== "object") throw new LacError("bad_answer", `status ${status} without JSON`, { status: 502 });
    return json;
  }
  const problem = json && typeof json === "object" ? json : {};
  const seconds = Number(headers["retry-after"]);
  throw new LacError(
    typeof problem.code === "string" ? problem.code : "bad_answer",
    typeof problem.detail === "string" ? problem.detail : `status ${status}`,
    { status, hint: problem.hint ?? null, retryAfter: Number.isFinite(seconds) ? seconds : null },
  );
}
