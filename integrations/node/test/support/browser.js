// What a browser does with cookies, origins and redirects, without a browser.
export class Browser {
  cookies = new Map();

  constructor(origin) {
    this.origin = origin;
  }

  /** One request; keeps cookies, follows nothing. */
  async request(path, { method = "GET", headers = {}, body, form, accept = "text/html,*/*" } = {}) {
    const sent = { accept, ...headers };
    if (this.cookies.size && sent.cookie === undefined) sent.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (form) {
      body = new URLSearchParams(form).toString();
      sent["content-type"] ??= "application/x-www-form-urlencoded";
    }
    if (method === "POST" && sent.origin === undefined) sent.origin = this.origin;
    for (const name of Object.keys(sent)) if (sent[name] === null) delete sent[name];
    const answer = await fetch(/^https?:/.test(path) ? path : this.origin + path, { method, headers: sent, body, redirect: "manual" });
    for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, location: answer.headers.get("location") };
  }

  #keep(cookie) {
    const [pair, ...attributes] = cookie.split(";");
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    const gone = attributes.some((text) => /^\s*expires=thu, 01 jan 1970/i.test(text) || /^\s*max-age=0/i.test(text));
    if (gone || value === "") this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  get(path, options) {
    return this.request(path, options);
  }

  post(path, form, options = {}) {
    return this.request(path, { method: "POST", form, ...options });
  }

  /** Opens a login URL and presses the button. */
  async land(url, { headers } = {}) {
    const page = await this.get(pathAndQuery(url));
    return this.press(page, { headers });
  }

  /** Presses the button of the (first) form on a page. */
  press(page, { headers, change = {} } = {}) {
    const { action, fields } = formOf(page.text);
    return this.post(action, { ...fields, ...change }, { headers });
  }
}

export const pathAndQuery = (url) => {
  const { pathname, search } = new URL(url);
  return pathname + search;
};

const plain = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replace(/&amp;/g, "&");

export function formOf(html) {
  const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(html);
  if (!form) throw new Error(`no form on the page: ${html.slice(0, 300)}`);
  const fields = {};
  for (const [tag] of form[2].matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (/type="checkbox"/.test(tag) && !/\schecked/.test(tag)) continue;
    if (name) fields[name] = plain(/value="([^"]*)"/.exec(tag)?.[1] ?? "");
  }
  return { action: plain(form[1]), fields };
}
