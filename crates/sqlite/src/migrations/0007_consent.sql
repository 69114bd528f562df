-- Asks: an agent asks a customer for consent that lasts for a while (duration,
-- in seconds). A customer has one open ask at most, whatever a program may try.
CREATE TABLE consent_ask (
  ask_seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('open', 'allowed', 'denied', 'expired', 'withdrawn')),
  customer_id INTEGER NOT NULL,
  website_id INTEGER NOT NULL,
  admin_id INTEGER NOT NULL,
  admin TEXT NOT NULL,
  ticket TEXT,
  duration INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_at INTEGER,
  storefront TEXT
);
CREATE UNIQUE INDEX consent_ask_open ON consent_ask (customer_id) WHERE state = 'open';
CREATE INDEX consent_ask_customer ON consent_ask (customer_id);

-- The grants of the last hour that customers made through a storefront, which
-- limit the next ones. seq: of the event that granted.
CREATE TABLE storefront_grant (
  seq INTEGER PRIMARY KEY,
  storefront_id INTEGER NOT NULL REFERENCES storefront (id) ON DELETE CASCADE,
  granted_at INTEGER NOT NULL
);
CREATE INDEX storefront_grant_time ON storefront_grant (storefront_id, granted_at);
