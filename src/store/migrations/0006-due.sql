-- When an incident's soonest timer falls due: what the sweep looks for, however many incidents there are.
ALTER TABLE paksa.incident ADD COLUMN due_at timestamptz;
UPDATE paksa.incident SET due_at = to_timestamp((state #>> '{ladder,nextAt}')::float8 / 1000) WHERE status <> 'resolved';
CREATE INDEX incident_due ON paksa.incident (due_at) WHERE due_at IS NOT NULL;

-- The events that decided on a page: each owes another one, of how it went.
CREATE INDEX page_decided ON paksa.event (at) WHERE effects @> '[{"do": "page"}]';
