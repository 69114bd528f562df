-- What a session may do, how long it may be left alone (seconds), when its
-- storefront last checked it, and the agent's browser, as that storefront said.
ALTER TABLE session ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN idle_timeout INTEGER;
ALTER TABLE session ADD COLUMN seen_at INTEGER;
ALTER TABLE session ADD COLUMN client_ip TEXT;
ALTER TABLE session ADD COLUMN user_agent TEXT;
-- The storefront that redeemed it; NULL if an admin user did.
ALTER TABLE session ADD COLUMN storefront_id INTEGER;
-- Whether it is on record that the session had reported too much.
ALTER TABLE session ADD COLUMN reports_full INTEGER NOT NULL DEFAULT 0;

-- Whether the login that was approved is read-only.
ALTER TABLE login_request ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;

-- When an open session is over at the latest, so that overdue ones are found
-- without reading the others.
CREATE INDEX session_due ON session (
  min(
    CASE state WHEN 'issued' THEN expires_at ELSE coalesce(ends_at, 0) END,
    CASE WHEN state = 'active' AND idle_timeout IS NOT NULL
      THEN coalesce(seen_at, redeemed_at, 0) + idle_timeout * 1000000
      ELSE 9223372036854775807 END
  )
) WHERE state IN ('issued', 'active');
-- Clocks that were set back: the latest time that an open session stores.
CREATE INDEX session_latest ON session (
  coalesce(seen_at, redeemed_at, issued_at)
) WHERE state IN ('issued', 'active');

-- What storefronts reported, so that a repeated report adds nothing. digest is
-- the SHA-256 of what was reported.
CREATE TABLE session_action (
  session_id TEXT NOT NULL,
  action_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  reported_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, action_id)
) WITHOUT ROWID;
CREATE INDEX session_action_age ON session_action (reported_at);
