// What an agent's session may do in the GraphQL interface, decided before anything runs, by the names of the fields at the top.
import { GraphQLError } from "graphql";

/** These change who can sign in, sign in somebody else, or are the customer's own choice. */
const FORBIDDEN = new Set([
  "login",
  "authenticate",
  "registerCustomerAccount",
  "verifyCustomerAccount",
  "refreshCustomerVerification",
  "updateCustomerPassword",
  "requestUpdateCustomerEmailAddress",
  "updateCustomerEmailAddress",
  "requestPasswordReset",
  "resetPassword",
  "loginAsCustomer",
  "setLacConsent",
  "decideLacAsk",
  "lacConsent",
  "lacAccessHistory",
]);
/** What other plugins call the same acts. */
const FORBIDDEN_PATTERN = /password|e-?mail|credential|apikey|(delete|remove|close|erase)(my|active|own)?(customer|account|user|profile)(?!address)/i;
const WAY_OUT = new Set(["endLoginAsCustomer", "logout"]);

/** The names of the fields at the top of an operation, through fragments. */
export function topFields(document, operation) {
  const fragments = new Map(document.definitions.filter(({ kind }) => kind === "FragmentDefinition").map((fragment) => [fragment.name.value, fragment]));
  const fields = [];
  const seen = new Set();
  const collect = ({ selections }) => {
    for (const selection of selections) {
      if (selection.kind === "Field") fields.push(selection);
      else if (selection.kind === "InlineFragment") collect(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  return fields;
}

export function refuse(code, message, status = 403) {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** Why this operation is not for an agent's session, or null. */
export function refusal(record, operation, names, { forbid = [] } = {}) {
  const writes = operation.operation !== "query";
  for (const name of names) {
    if (FORBIDDEN.has(name) || forbid.includes(name) || (writes && FORBIDDEN_PATTERN.test(name))) {
      return refuse("LAC_AGENT_SESSION", `${name} is not available while a member of staff is connected as the customer`);
    }
    if (writes && record.readOnly && !WAY_OUT.has(name)) return refuse("LAC_READ_ONLY", "this session is read-only");
  }
  return null;
}

/** The answer to a `logout` alone: Vendure's own would end the customer's own sessions as well. */
function loggedOut([field]) {
  const success = {};
  for (const selection of field.selectionSet?.selections ?? []) {
    if (selection.kind !== "Field") return null;
    success[selection.alias?.value ?? selection.name.value] = selection.name.value === "__typename" ? "Success" : true;
  }
  return { [field.alias?.value ?? field.name.value]: success };
}

/** The Apollo plugin. */
export function agentOperations(options) {
  return {
    async requestDidStart() {
      let answer = null;
      return {
        async didResolveOperation({ contextValue, document, operation }) {
          const { req, res } = contextValue;
          if (!req?.lac || !operation) return;
          const fields = topFields(document, operation);
          const names = fields.map(({ name }) => name.value);
          const error = refusal(req.lac, operation, names, options);
          if (error) throw error;
          if (!names.includes("logout")) return;
          await req.lacService.leave(req, res, "signed_out");
          answer = fields.length === 1 ? loggedOut(fields) : null;
        },
        async responseForOperation({ response }) {
          if (!answer) return null;
          return { ...response, body: { kind: "single", singleResult: { data: answer } } };
        },
      };
    },
  };
}
