// A small shop, to show where Login as Customer goes. Data is in memory; passwords are not hashed: do not sell anything with it.
import express from "express";
import session from "express-session";
import { randomBytes, randomUUID } from "node:crypto";
import { loginAsCustomer } from "lac-storefront/express";

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export const CUSTOMERS = [
  { id: 1, email: "jane@example.com", name: "Jane Doe", password: "jane", staff: false },
  { id: 2, email: "bob@example.com", name: "Bob <b>Birch</b>", password: "bob", staff: false },
  { id: 3, email: "sam@example.com", name: "Sam Staff", password: "sam", staff: true },
];

const layout = ({ title, body }) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title></head>
<body><nav><a href="/">Shop</a> <a href="/account">Account</a></nav><h1>${escape(title)}</h1>${body}</body></html>`;

/** `options` are those of `loginAsCustomer` that depend on the place: url, tokenFile, origin, website … */
export function createShop({ customers = CUSTOMERS, use = [], ...options }) {
  const app = express();
  const orders = [];
  const find = (id) => customers.find((customer) => String(customer.id) === String(id));

  const lac = loginAsCustomer({
    ...options,
    landing: "/account",
    loginPath: "/login",
    orderPath: (number) => `/orders/${encodeURIComponent(number)}`,
    customerId: (req) => req.session.customerId,
    findCustomer: (id) => find(id),
    isStaff: (customer) => customer.staff,
    signIn: (req, customer) => {
      req.session.customerId = customer.id;
    },
    layout,
  });

  for (const handler of use) app.use(handler);
  app.use(
    session({
      secret: randomBytes(32).toString("hex"),
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: "lax", secure: options.origin.startsWith("https:") },
    }),
  );
  app.use(lac.middleware); // directly after the session
  app.use(express.urlencoded({ extended: false }));
  app.use((req, res, next) => {
    req.customer = find(req.session.customerId) ?? null;
    next();
  });
  const members = (req, res, next) => (req.customer ? next() : res.redirect("/login"));

  app.get("/", (req, res) => {
    res.set("Cache-Control", "public, max-age=600");
    res.send(layout({ title: "Shop", body: `<p id="who">${escape(req.customer ? `Hello ${req.customer.name}` : "Hello guest")}</p>` }));
  });
  app.get("/login", (req, res) =>
    res.send(layout({ title: "Sign in", body: '<form method="post" action="/login"><input name="email"><input name="password" type="password"><button>Sign in</button></form>' })),
  );
  app.post("/login", (req, res) => {
    const customer = customers.find(({ email, password }) => email === req.body.email && password === req.body.password);
    if (!customer) return res.status(403).send(layout({ title: "Sign in", body: "<p>Wrong e-mail address or password</p>" }));
    return req.session.regenerate(() => {
      req.session.customerId = customer.id;
      res.redirect(303, "/account");
    });
  });
  app.post("/logout", (req, res) => req.session.destroy(() => res.redirect(303, "/")));
  app.get("/account", members, (req, res) =>
    res.send(layout({ title: "Account", body: `<p id="who">${escape(req.customer.name)}</p><p><a href="/loginascustomer/consent">Remote shopping assistance</a></p>` })),
  );
  app.post("/account", members, async (req, res) => {
    req.customer.phone = req.body.phone;
    await req.lac?.report({ action: "account_changed", summary: "phone" });
    res.redirect(303, "/account");
  });
  app.post("/account/password", members, lac.forbidDuringImpersonation, (req, res) => {
    req.customer.password = req.body.password;
    res.redirect(303, "/account");
  });
  app.get("/wishlist/add", members, lac.forbidWhenReadOnly, (req, res) => res.send(layout({ title: "Wishlist", body: "<p>Added</p>" })));
  app.post("/orders", members, async (req, res) => {
    const number = String(100000001 + orders.length);
    // The customer reads a comment without a name, staff one with it.
    const comments = req.lac
      ? { customer: "Placed by the store's administrator.", staff: `Placed by ${req.lac.adminFullName ?? req.lac.admin} (${req.lac.admin}), logged in as the customer.` }
      : {};
    orders.push({ number, customer: req.customer.id, comments });
    await req.lac?.report({ id: `order-${number}`, action: "order_placed", document: `order:${number}` });
    res.redirect(303, `/orders/${number}`);
  });
  app.get("/orders/:number", members, (req, res) => {
    const order = orders.find(({ number, customer }) => number === req.params.number && customer === req.customer.id);
    if (!order) return res.status(404).send(layout({ title: "No such order", body: "" }));
    return res.send(layout({ title: `Order ${order.number}`, body: `<p id="comment">${escape(order.comments.customer ?? "")}</p>` }));
  });
  app.get("/api/me", (req, res) => res.json({ id: req.customer?.id ?? null }));
  return { app, lac, orders, customers };
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const { app, lac } = createShop({
    url: process.env.LAC_URL ?? "http://127.0.0.1:8420",
    tokenFile: process.env.LAC_TOKEN_FILE,
    origin: "http://127.0.0.1:3000",
    website: "base",
    outboxFolder: process.env.LAC_OUTBOX,
  });
  for (const problem of await lac.selfCheck({ customerIds: CUSTOMERS.map(({ id }) => id) })) console.error(`lac: ${problem}`);
  app.listen(3000, "127.0.0.1", () => console.log("http://127.0.0.1:3000 (jane@example.com, password jane)"));
}
