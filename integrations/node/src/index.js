export { ACTIVE, LacClient, isCustomerId, isOrigin } from "./client.js";
export { LacError } from "./errors.js";
export { Outbox, folderStore, memoryStore, newAction } from "./outbox.js";
export { judge, newRecord, validityOptions } from "./validity.js";
