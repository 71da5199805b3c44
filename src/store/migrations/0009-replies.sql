-- Replies to pages: who was paged is asked when a number answers, and what overtook a later reply is left out.
-- The Slack user whom the page was for; null for a service's own, and for pages from before.
ALTER TABLE paksa.page_delivery ADD COLUMN recipient text;
-- When the latest reply that counted was given, by the clock of where it was given.
ALTER TABLE paksa.page_delivery ADD COLUMN heard_at timestamptz;
CREATE INDEX ON paksa.page_delivery (recipient) WHERE recipient IS NOT NULL;
