-- Files that hold runs of events which are no longer in audit_event. nodes is
-- the tree's frontier after the last of them, since and until their times,
-- local_customers the greatest N of any local:N they name.
CREATE TABLE audit_archive (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  nodes BLOB NOT NULL,
  local_customers INTEGER NOT NULL
);

CREATE INDEX audit_event_document ON audit_event (document, seq) WHERE document IS NOT NULL;
