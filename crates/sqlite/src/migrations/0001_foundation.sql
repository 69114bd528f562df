-- Types and SQL are kept to what PostgreSQL knows as well. Times are
-- microseconds since 1970, UTC. Yes and no are 1 and 0.

CREATE TABLE website (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  default_group_id INTEGER,
  is_default INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE store_group (
  id INTEGER PRIMARY KEY,
  website_id INTEGER NOT NULL REFERENCES website (id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  default_store_view_id INTEGER,
  root_category_id INTEGER
);

CREATE TABLE store_view (
  id INTEGER PRIMARY KEY,
  website_id INTEGER NOT NULL REFERENCES website (id),
  group_id INTEGER NOT NULL REFERENCES store_group (id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  active INTEGER NOT NULL
);

-- scope_id: 0 at default, else the website's or store view's id.
CREATE TABLE config_value (
  path TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('default', 'website', 'store-view')),
  scope_id INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (path, scope, scope_id)
) WITHOUT ROWID;

CREATE TABLE role (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  access TEXT NOT NULL CHECK (access IN ('all', 'custom')),
  scope TEXT NOT NULL CHECK (scope IN ('all', 'custom'))
);

CREATE TABLE role_resource (
  role_id INTEGER NOT NULL REFERENCES role (id) ON DELETE CASCADE,
  resource TEXT NOT NULL,
  PRIMARY KEY (role_id, resource)
) WITHOUT ROWID;

CREATE TABLE role_website (
  role_id INTEGER NOT NULL REFERENCES role (id) ON DELETE CASCADE,
  website_id INTEGER NOT NULL REFERENCES website (id),
  PRIMARY KEY (role_id, website_id)
) WITHOUT ROWID;

-- AUTOINCREMENT (PostgreSQL: identity): an id is never given twice, because
-- sessions and the log go on naming whoever is gone by it.
CREATE TABLE admin_user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  full_name TEXT,
  role_id INTEGER NOT NULL REFERENCES role (id),
  os_account TEXT UNIQUE,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE storefront (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);

CREATE TABLE storefront_website (
  storefront_id INTEGER NOT NULL REFERENCES storefront (id) ON DELETE CASCADE,
  website_id INTEGER NOT NULL REFERENCES website (id),
  PRIMARY KEY (storefront_id, website_id)
) WITHOUT ROWID;

-- Only the SHA-256 of a token is kept.
CREATE TABLE access_token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  admin_user_id INTEGER REFERENCES admin_user (id) ON DELETE CASCADE,
  storefront_id INTEGER REFERENCES storefront (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  CHECK ((admin_user_id IS NULL) <> (storefront_id IS NULL))
);

-- id above 0: the merchant's; below 0: local:N.
CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  website_id INTEGER NOT NULL REFERENCES website (id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  store_view_id INTEGER,
  active INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  created_at INTEGER,
  updated_at INTEGER,
  consent_granted INTEGER NOT NULL DEFAULT 0,
  consent_at INTEGER,
  consent_source TEXT,
  consent_by TEXT,
  consent_seq INTEGER
);
CREATE UNIQUE INDEX customer_email ON customer (email_key, website_id);

-- The local:N that somebody was before the merchant's id became known: the log
-- goes on naming them so.
CREATE TABLE customer_former (
  former INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL
);
CREATE INDEX customer_former_now ON customer_former (customer_id);

CREATE TABLE document (
  kind TEXT NOT NULL CHECK (kind IN ('order', 'invoice', 'shipment', 'credit_memo')),
  entity_id INTEGER NOT NULL,
  number TEXT NOT NULL,
  order_id INTEGER NOT NULL,
  store_view_id INTEGER,
  customer_id INTEGER,
  customer_email TEXT,
  created_at INTEGER,
  PRIMARY KEY (kind, entity_id)
) WITHOUT ROWID;
CREATE INDEX document_number ON document (kind, number);
-- Documents of customers that are local:N, so far or no longer there.
CREATE INDEX document_local ON document (customer_id) WHERE customer_id < 0;

-- issue_seq: the seq of the event that issued it. As the key of the table it
-- keeps the newest sessions, which are the ones that change, side by side.
CREATE TABLE session (
  issue_seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('issued', 'active', 'ended', 'expired')),
  admin_id INTEGER NOT NULL,
  admin TEXT NOT NULL,
  customer_id INTEGER NOT NULL,
  website_id INTEGER NOT NULL,
  store_view_id INTEGER NOT NULL,
  document_kind TEXT,
  document_number TEXT,
  ticket TEXT,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  redeemed_at INTEGER,
  redeemed_by TEXT,
  ends_at INTEGER,
  ended_at INTEGER,
  end_cause TEXT
);
-- One open session per agent, whatever a program may try.
CREATE UNIQUE INDEX session_open ON session (admin_id) WHERE state IN ('issued', 'active');
CREATE INDEX session_customer ON session (customer_id);
CREATE INDEX session_admin ON session (admin_id);

CREATE TABLE signing_key (
  kid TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('login', 'audit')),
  public_key BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'verifying', 'retired')),
  created_at INTEGER NOT NULL,
  retired_at INTEGER
) WITHOUT ROWID;

-- record, shopper and staff are the exact bytes that are hashed; the columns
-- between seq and record repeat what filters need.
CREATE TABLE audit_event (
  seq INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  action_group TEXT NOT NULL,
  action TEXT NOT NULL,
  result TEXT NOT NULL,
  admin TEXT,
  admin_id INTEGER,
  session_id TEXT,
  customer_id INTEGER,
  website TEXT,
  store_view TEXT,
  document TEXT,
  ticket TEXT,
  record TEXT NOT NULL,
  shopper TEXT,
  shopper_salt BLOB,
  staff TEXT NOT NULL,
  staff_salt BLOB NOT NULL
);
CREATE INDEX audit_event_admin ON audit_event (admin, seq);
CREATE INDEX audit_event_customer ON audit_event (customer_id, seq) WHERE customer_id IS NOT NULL;
CREATE INDEX audit_event_ticket ON audit_event (ticket, seq) WHERE ticket IS NOT NULL;

-- One row: the tree's size, its frontier, the newest signed checkpoint.
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  nodes BLOB NOT NULL,
  last_time INTEGER NOT NULL,
  note TEXT NOT NULL
);

-- The root of each complete run of 256 leaves, so that the root at any older
-- size costs a few hashes, not the whole log.
CREATE TABLE audit_subtree (
  idx INTEGER PRIMARY KEY,
  root BLOB NOT NULL
);

-- The back office's own website, store group and store view always exist.
INSERT INTO website (id, code, name, default_group_id) VALUES (0, 'admin', 'Admin', 0);
INSERT INTO store_group (id, website_id, code, name, default_store_view_id, root_category_id)
  VALUES (0, 0, 'admin', 'Default', 0, 0);
INSERT INTO store_view (id, website_id, group_id, code, name, active)
  VALUES (0, 0, 0, 'admin', 'Admin', 1);
