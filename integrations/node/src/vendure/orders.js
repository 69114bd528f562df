import core from "@vendure/core";
import { fill } from "../express/pages.js";
import { LacOrderEntity } from "./entities.js";

const {
  CouponCodeEvent, CustomerAddressEvent, CustomerEvent, OrderLineEvent, OrderPlacedEvent, OrderStateTransitionEvent,
} = core;

const agentOf = (ctx) => ctx.req?.lac ?? null;

/** Writes orders' comments and reports in the transaction of what they tell of. */
export function watch({ eventBus, orders, connection, service, texts }) {
  const handle = (id, event, handler) => eventBus.registerBlockingEventHandler({ id: `lac-${id}`, event, handler });
  const reportAs = (action, summary) => async (event) => {
    const agent = agentOf(event.ctx);
    if (agent) await service.report(event.ctx, agent, { action, summary: summary(event) });
  };

  handle("cart", [OrderLineEvent, CouponCodeEvent], reportAs("cart_changed", (event) => event.type ?? "coupon"));
  handle("address", CustomerAddressEvent, reportAs("address_changed", (event) => event.type));
  handle("account", CustomerEvent, reportAs("account_changed", (event) => event.type));

  handle("payment", OrderStateTransitionEvent, async ({ ctx, order, toState }) => {
    if (toState !== "ArrangingPayment" && toState !== "AddingItems") return;
    const repository = connection.getRepository(ctx, LacOrderEntity);
    await repository.delete({ orderId: String(order.id) });
    const agent = agentOf(ctx);
    if (agent && toState === "ArrangingPayment") {
      const { sessionId, admin, adminFullName } = agent;
      await repository.save(new LacOrderEntity({ orderId: String(order.id), record: { sessionId, admin, adminFullName } }));
    }
  });

  handle("placed", OrderPlacedEvent, async ({ ctx, order }) => {
    const repository = connection.getRepository(ctx, LacOrderEntity);
    const mark = await repository.findOne({ where: { orderId: String(order.id) } });
    if (mark) await repository.delete({ id: mark.id });
    // A payment that comes in later is nobody's request; a customer's own request is the customer's.
    const agent = agentOf(ctx) ?? (ctx.session?.user ? null : mark?.record);
    if (!agent) return;
    const note = fill(texts.orderStaff, { admin: agent.admin, name: agent.adminFullName ?? agent.admin });
    await orders.addNoteToOrder(ctx, { id: order.id, note, isPublic: false });
    await orders.addNoteToOrder(ctx, { id: order.id, note: texts.orderCustomer, isPublic: true });
    await service.report(ctx, agent, { id: `order-${order.id}`, action: "order_placed", document: `order:${order.code}` });
  });
}
