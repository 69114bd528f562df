-- The token that made this one: revoking a token revokes what it made.
ALTER TABLE access_token ADD COLUMN parent_id INTEGER;
CREATE INDEX access_token_parent ON access_token (parent_id) WHERE parent_id IS NOT NULL;

-- Somebody else moved this customer here (an import): until an admin user who
-- may edit customers confirms it, the rules of the website before count too.
ALTER TABLE customer ADD COLUMN guard_website_id INTEGER;

-- How often something happened in the span that began at `since`: refusals of
-- accounts that are no admin user's, customers that an actor looked up.
CREATE TABLE activity_count (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  since INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
