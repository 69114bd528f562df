-- What a storefront may do besides redeeming: 'consent' is passing on what
-- customers decide about theirs, 'sync' is keeping customers and orders in step.
CREATE TABLE storefront_right (
  storefront_id INTEGER NOT NULL REFERENCES storefront (id) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (name IN ('consent', 'sync')),
  PRIMARY KEY (storefront_id, name)
) WITHOUT ROWID;

-- The address that a token was last used from, beside the time.
ALTER TABLE access_token ADD COLUMN last_used_from TEXT;
