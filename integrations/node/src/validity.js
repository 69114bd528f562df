import { ACTIVE } from "./client.js";
import { LacError } from "./errors.js";

const LONGEST_CHECK_EVERY = 2;

/** The two times that bound how long an ended session can go on, in seconds. */
export function validityOptions({ checkEvery = LONGEST_CHECK_EVERY, staleAfter = 30 } = {}) {
  if (!(checkEvery >= 0 && checkEvery <= LONGEST_CHECK_EVERY)) {
    throw new LacError("invalid_option", `checkEvery: 0 to ${LONGEST_CHECK_EVERY} seconds`);
  }
  if (!(staleAfter > 0 && staleAfter <= 300)) throw new LacError("invalid_option", "staleAfter: above 0, at most 300 seconds");
  return { checkEvery: checkEvery * 1000, staleAfter: staleAfter * 1000 };
}

/** What a shop keeps about a session between requests, made from the answer to redeem. Plain JSON. */
export function newRecord(redeemed, now) {
  return {
    sessionId: redeemed.session_id,
    customerId: redeemed.customer.id,
    customerName: redeemed.customer.name || redeemed.customer.email,
    website: redeemed.website,
    websiteName: redeemed.website_name || redeemed.website,
    storeView: redeemed.store_view,
    admin: redeemed.admin,
    adminFullName: redeemed.admin_full_name ?? null,
    ticket: redeemed.ticket ?? null,
    document: redeemed.document ?? null,
    disablePageCache: redeemed.disable_page_cache !== false,
    readOnly: redeemed.read_only === true,
    endsAt: Date.parse(redeemed.ends_at),
    checkedAt: now,
    goodAt: now,
  };
}

const over = (why) => ({ valid: false, why });

/**
 * Whether the session of `record` is still valid; `record` is the new one to keep. `checkedAt` is when the gateway was last asked,
 * `goodAt` when it last said yes; both are the times before the call, so that a slow answer does not lengthen anything.
 */
export async function judge(client, record, { checkEvery, staleAfter }, now = Date.now()) {
  if (!(now < record.endsAt)) return over("expired");
  const age = now - record.checkedAt;
  if (age >= 0 && age < checkEvery && now - record.goodAt < staleAfter) return { valid: true, record };
  let answer;
  try {
    answer = await client.check(record.sessionId);
  } catch (error) {
    if (error.status === 404 && !error.isUnknownPath) return over("not_found");
    if (error.status === 401 && error.code === "not_authenticated") return over("not_authenticated");
    const silence = Date.now() - record.goodAt;
    if (silence < 0 || silence >= staleAfter) return over("stale");
    return { valid: true, record: { ...record, checkedAt: now }, error };
  }
  if (answer.state !== ACTIVE) return over(answer.end_cause ?? String(answer.state));
  const endsAt = Date.parse(answer.ends_at);
  if (!(now < endsAt)) return over("expired");
  return { valid: true, record: { ...record, endsAt, readOnly: answer.read_only !== false, checkedAt: now, goodAt: now } };
}
