-- A login compares a customer's consent with the newest event that changed it,
-- however many other events are about that customer.
CREATE INDEX audit_event_consent ON audit_event (customer_id, seq)
  WHERE customer_id IS NOT NULL AND result = 'success'
  AND ((action_group = 'consent' AND action IN ('grant', 'revoke'))
    OR (action_group = 'customers' AND action = 'remove'));

-- The same for a customer's open sessions, however many were ended.
DROP INDEX session_customer;
CREATE INDEX session_customer ON session (customer_id, state);
