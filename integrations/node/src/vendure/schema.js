import { parse } from "graphql";

export const shopSchema = parse(`
  "An agent's session, for the storefront's banner."
  type LacSession {
    "You are connected as ... on ..."
    text: String!
    customerName: String!
    websiteName: String!
    readOnly: Boolean!
    endsAt: DateTime!
    "Where the storefront goes after the landing."
    landing: String!
  }

  type LacAsk {
    id: String!
    websiteName: String!
    ticket: String
    "In seconds."
    duration: Int!
    expiresAt: DateTime!
  }

  "The customer's checkbox."
  type LacConsent {
    granted: Boolean!
    until: DateTime
    title: String!
    tooltip: String!
    mode: String!
    canChange: Boolean!
    ask: LacAsk
  }

  type LacVisitAction {
    action: String!
    document: String
    at: DateTime!
  }

  type LacVisit {
    startedAt: DateTime!
    endedAt: DateTime
    duration: Int
    websiteName: String!
    readOnly: Boolean!
    admin: String
    reason: String
    ticket: String
    actions: [LacVisitAction!]!
  }

  type LacAccessHistory {
    visits: [LacVisit!]!
    next: String
  }

  extend type Query {
    "The agent's session that this request is in, or null."
    lacSession: LacSession
    "Of the signed-in customer. Not available to agents."
    lacConsent: LacConsent!
    lacAccessHistory(after: String): LacAccessHistory!
  }

  extend type Mutation {
    "Spends a login token and opens a session of its own. The counterpart of Adobe's generateCustomerTokenAsAdmin."
    loginAsCustomer(secret: String!): LacSession!
    endLoginAsCustomer: Success!
    setLacConsent(granted: Boolean!): LacConsent!
    decideLacAsk(id: String!, allow: Boolean!): LacConsent!
  }
`);
