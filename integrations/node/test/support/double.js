// A gateway's stand-in for what a real one does not do on demand: answer late, answer nonsense, know states of later versions.
import { createServer } from "node:http";

export async function standIn(answer) {
  const calls = [];
  const server = createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const call = { method: req.method, path: req.url, headers: req.headers, body: text ? JSON.parse(text) : null };
    calls.push(call);
    const { status = 200, json, text: raw, wait = 0, hangUp = false, headers = {} } = (await answer(call, calls.length)) ?? {};
    if (hangUp) return req.socket.destroy();
    if (wait) await new Promise((done) => setTimeout(done, wait).unref());
    res.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json", ...headers });
    res.end(raw ?? JSON.stringify(json ?? {}));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls,
    of: (path) => calls.filter((call) => call.path.includes(path)),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export const problem = (status, code, headers = {}) => ({ status, headers, json: { type: "about:blank", title: code, status, code, detail: code } });

export const quiet = { error() {}, warn() {}, info() {}, log() {} };
