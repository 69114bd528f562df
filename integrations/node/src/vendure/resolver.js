import core from "@vendure/core";
import graphql from "@nestjs/graphql";
import nest from "@nestjs/common";
import { Refused } from "../express/landing.js";
import { fill } from "../express/pages.js";
import { describeClass, describeMethod } from "./nest.js";
import { LacService, vendureLog } from "./service.js";

const { Allow, Ctx, CustomerService, ForbiddenError, I18nError, LogLevel, Permission } = core;
const { Args, Context, Mutation, Query, Resolver } = graphql;

/** An error that is expected; why it came is in the log already. */
function refuse(code, message, status) {
  const error = new I18nError(message, {}, code, LogLevel.Verbose);
  error.extensions.http = { status };
  return error;
}

function sessionAnswer(kit, record, landing) {
  return {
    text: fill(kit.texts.banner, { name: record.customerName, website: record.websiteName }),
    customerName: record.customerName,
    websiteName: record.websiteName,
    readOnly: record.readOnly,
    endsAt: new Date(record.endsAt),
    landing,
  };
}

function consentAnswer({ granted, until, title, tooltip, mode, can_change: canChange, ask }) {
  return {
    granted,
    until: until ? new Date(until) : null,
    title,
    tooltip: tooltip ?? "",
    mode,
    canChange,
    ask: ask && {
      id: ask.id,
      websiteName: ask.website_name ?? ask.website,
      ticket: ask.ticket,
      duration: ask.duration,
      expiresAt: new Date(ask.expires_at),
    },
  };
}

function historyAnswer({ visits, next }) {
  return {
    next,
    visits: visits.map((visit) => ({
      startedAt: new Date(visit.started_at),
      endedAt: visit.ended_at ? new Date(visit.ended_at) : null,
      duration: visit.duration === null ? null : Math.round(visit.duration),
      websiteName: visit.website_name ?? visit.website,
      readOnly: visit.read_only,
      admin: visit.admin_full_name ?? visit.admin ?? null,
      reason: visit.reason ?? null,
      ticket: visit.ticket ?? null,
      actions: visit.actions.map(({ action, document, at }) => ({ action, document: document ?? null, at: new Date(at) })),
    })),
  };
}

export class LacResolver {
  constructor(service, customers) {
    this.service = service;
    this.customers = customers;
  }

  async lacSession({ req }) {
    return req.lac ? sessionAnswer(this.service.kit, req.lac, this.service.kit.landingPath) : null;
  }

  async loginAsCustomer({ secret }, { req }) {
    try {
      const { record, path } = await this.service.redeem(req, secret);
      return sessionAnswer(this.service.kit, record, path);
    } catch (error) {
      if (!(error instanceof Refused)) vendureLog.warn(`landing refused: ${error.message}`);
      throw refuse("LAC_REFUSED", this.service.kit.texts.refusedTitle, 403);
    }
  }

  async endLoginAsCustomer({ req, res }) {
    return { success: await this.service.leave(req, res, "left") };
  }

  async lacConsent(ctx) {
    return consentAnswer(await this.#forOwn(ctx, (client, id) => client.consent(id)));
  }

  async setLacConsent(ctx, { granted }) {
    return consentAnswer(await this.#forOwn(ctx, (client, id) => client.setConsent(id, { granted })));
  }

  async decideLacAsk(ctx, { id: ask, allow }) {
    return consentAnswer(
      await this.#forOwn(ctx, async (client, id) => {
        await client.decideAsk(id, ask, allow ? "allow" : "deny");
        return client.consent(id);
      }),
    );
  }

  async lacAccessHistory(ctx, { after }) {
    return historyAnswer(await this.#forOwn(ctx, (client, id) => client.accessHistory(id, { after: after ?? undefined })));
  }

  /** A call for the signed-in customer; brings that customer into step where the gateway does not know them yet. */
  async #forOwn(ctx, call) {
    if (ctx.req?.lac || !ctx.activeUserId) throw new ForbiddenError();
    const customer = await this.customers.findOneByUserId(ctx, ctx.activeUserId);
    if (!customer) throw new ForbiddenError();
    const { client, kit } = this.service;
    const id = String(customer.id);
    try {
      return await call(client, id).catch(async (error) => {
        if (error.status !== 404 || error.code === "not_found" || error.code === "ask_not_found") throw error;
        await client.syncCustomers([
          {
            id,
            email: customer.emailAddress,
            name: `${customer.firstName} ${customer.lastName}`.trim(),
            website: kit.websites[0],
            active: true,
            confirmed: customer.user?.verified ?? true,
          },
        ]);
        return call(client, id);
      });
    } catch (error) {
      if (error.code === "ask_closed" || error.code === "ask_not_found") throw refuse("LAC_ASK_CLOSED", kit.texts.askClosed, 409);
      vendureLog.error(`${error.code ?? "error"}: ${error.message}`);
      if (error.status === 429) throw refuse("LAC_TOO_MANY", kit.texts.limitedText, 429);
      throw refuse("LAC_UNAVAILABLE", kit.texts.unavailableText, 503);
    }
  }
}
const ctx = Ctx();
const args = Args();
const context = Context();
const on = (kind, permission, name, parameters) =>
  describeMethod(LacResolver, name, { decorators: [kind(), Allow(permission)], parameters });
on(Query, Permission.Public, "lacSession", [context]);
on(Mutation, Permission.Public, "loginAsCustomer", [args, context]);
on(Mutation, Permission.Public, "endLoginAsCustomer", [context]);
on(Query, Permission.Authenticated, "lacConsent", [ctx]);
on(Mutation, Permission.Authenticated, "setLacConsent", [ctx, args]);
on(Mutation, Permission.Authenticated, "decideLacAsk", [ctx, args]);
on(Query, Permission.Authenticated, "lacAccessHistory", [ctx, args]);
describeClass(LacResolver, { decorators: [Resolver()], inject: [LacService, CustomerService] });
nest.Inject(LacService)(LacResolver, undefined, 0);
