import core from "@vendure/core";
import typeorm from "typeorm";
import { describeClass, describeColumns } from "./nest.js";

const { VendureEntity } = core;
const { Column, Entity, Index } = typeorm;

const text = (options = {}) => ({ type: String, decorator: Column({ type: "varchar", length: 255, ...options }) });
const json = () => ({ type: Object, decorator: Column({ type: "simple-json" }) });
const key = () => ({
  type: String,
  decorator: (target, name) => {
    Column({ type: "varchar", length: 191 })(target, name);
    Index({ unique: true })(target, name);
  },
});

/** What the shop knows about an agent's session, beside Vendure's own session with the same token. */
export class LacSessionEntity extends VendureEntity {
  constructor(input) {
    super(input);
  }
}
describeColumns(LacSessionEntity, { token: key(), sessionId: text(), channelToken: text(), record: json() });
describeClass(LacSessionEntity, { decorators: [Entity("lac_session")], inject: [Object] });

/** A report or an end that the gateway does not have yet; written in the transaction of the act that it tells of. */
export class LacOutboxEntity extends VendureEntity {
  constructor(input) {
    super(input);
  }
}
describeColumns(LacOutboxEntity, { key: key(), item: json() });
describeClass(LacOutboxEntity, { decorators: [Entity("lac_outbox")], inject: [Object] });

/** An order that an agent brought to payment, for payments that are settled later, outside of the agent's session. */
export class LacOrderEntity extends VendureEntity {
  constructor(input) {
    super(input);
  }
}
describeColumns(LacOrderEntity, { orderId: key(), record: json() });
describeClass(LacOrderEntity, { decorators: [Entity("lac_order")], inject: [Object] });
