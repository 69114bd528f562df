-- Consent that ends by itself, and customers that take a second person.
ALTER TABLE customer ADD COLUMN consent_until INTEGER;
ALTER TABLE customer ADD COLUMN vip INTEGER NOT NULL DEFAULT 0;

-- What a session stands on besides the rules: the key that signed its token,
-- whether consent was overridden, the request that was approved for it.
ALTER TABLE session ADD COLUMN key_id TEXT;
ALTER TABLE session ADD COLUMN is_override INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN request_id TEXT;

-- A token may hold less than its owner's role: access 'custom' limits it to its
-- resources, scope 'custom' to its websites.
ALTER TABLE access_token ADD COLUMN last_used_at INTEGER;
ALTER TABLE access_token ADD COLUMN access TEXT NOT NULL DEFAULT 'all' CHECK (access IN ('all', 'custom'));
ALTER TABLE access_token ADD COLUMN scope TEXT NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'custom'));

CREATE TABLE access_token_resource (
  token_id INTEGER NOT NULL REFERENCES access_token (id) ON DELETE CASCADE,
  resource TEXT NOT NULL,
  PRIMARY KEY (token_id, resource)
) WITHOUT ROWID;

CREATE TABLE access_token_website (
  token_id INTEGER NOT NULL REFERENCES access_token (id) ON DELETE CASCADE,
  website_id INTEGER NOT NULL REFERENCES website (id) ON DELETE CASCADE,
  PRIMARY KEY (token_id, website_id)
) WITHOUT ROWID;

-- What the key before says of this one: its signature of the key and of the
-- tree's size at which it took over.
ALTER TABLE signing_key ADD COLUMN since_size INTEGER;
ALTER TABLE signing_key ADD COLUMN signed_by TEXT;
ALTER TABLE signing_key ADD COLUMN signature BLOB;

-- Logins that wait for a second person.
CREATE TABLE login_request (
  request_seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'cancelled', 'used', 'expired')),
  admin_id INTEGER NOT NULL,
  admin TEXT NOT NULL,
  customer_id INTEGER NOT NULL,
  website_id INTEGER NOT NULL,
  store_view TEXT NOT NULL,
  document_kind TEXT,
  document_number TEXT,
  reason TEXT,
  ticket TEXT,
  causes TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by_id INTEGER,
  decided_by TEXT,
  decision_reason TEXT,
  session_id TEXT
);
CREATE INDEX login_request_open ON login_request (admin_id, customer_id) WHERE state IN ('pending', 'approved');
CREATE INDEX login_request_customer ON login_request (customer_id);

-- Notices that are still to be handed to a hook, and the last ones that were:
-- those have no payload any more. Whoever delivers one holds it from claimed_at
-- until claimed_until; next_at is empty once delivered or given up.
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  hook TEXT NOT NULL,
  session_id TEXT NOT NULL,
  customer_id INTEGER NOT NULL,
  website_id INTEGER NOT NULL,
  payload TEXT,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  claimed_at INTEGER,
  claimed_until INTEGER,
  last_error TEXT,
  delivered_at INTEGER
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_customer ON outbox (customer_id);
