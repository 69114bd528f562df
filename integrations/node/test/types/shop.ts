// Compiled, never run: the declarations fit a shop written in TypeScript.
import type { VendureConfig } from "@vendure/core";
import { LacClient, LacError } from "lac-storefront";
import { loginAsCustomer } from "lac-storefront/express";
import { LacPlugin } from "lac-storefront/vendure";

interface Customer {
  id: number;
  staff: boolean;
}

const lac = loginAsCustomer<Customer>({
  url: "http://127.0.0.1:8420",
  tokenFile: "/etc/shop/lac-token",
  origin: "https://shop.example",
  website: ["base", "eu"],
  customerId: (req) => req.session.customerId,
  findCustomer: async (id) => ({ id: Number(id), staff: false }),
  isStaff: (customer) => customer.staff,
  signIn: (req, customer) => {
    req.session.customerId = customer.id;
  },
  texts: { bannerEnd: "Sitzung beenden" },
});
export const guards = [lac.middleware, lac.forbidDuringImpersonation, lac.forbidWhenReadOnly];

export async function consentOf(client: LacClient, id: number): Promise<string | null> {
  try {
    const consent = await client.consent(id);
    return consent.ask?.ticket ?? null;
  } catch (error) {
    if (error instanceof LacError && error.code === "customer_not_found") return null;
    throw error;
  }
}

// @ts-expect-error: a shop has to say who is staff.
loginAsCustomer({ url: "", token: "", origin: "", website: "base", customerId: () => 1, findCustomer: () => ({}), signIn: () => {} });
// @ts-expect-error: no such cause.
new LacClient({ url: "", token: "" }).end("s", "bored");

export const config: Partial<VendureConfig> = {
  plugins: [LacPlugin.init({ url: "http://127.0.0.1:8420", token: "lac_…", origin: "https://shop.example", website: "base", forbid: ["addGiftCard"] })],
};
