-- One row a page and pager. `begun`, found by the next to hold it, means: the outcome is unknown, ask before sending again.
CREATE TABLE paksa.page_delivery (
  -- Part of the key that a provider is given: a page of another installation is never taken for this one.
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  page       text NOT NULL,
  pager      text NOT NULL,
  state      text NOT NULL CHECK (state IN ('owed', 'begun', 'sent', 'failed')),
  -- What took it, in words, such as `SMS`.
  taken_by   text,
  -- The provider's name for it.
  reference  text,
  -- Why it was not taken, the last time it was tried.
  reason     text,
  -- What the provider was last told of the incident: `acknowledged` or `resolved`.
  told       text,
  owed_at    timestamptz NOT NULL,
  begun_at   timestamptz,
  changed_at timestamptz NOT NULL,
  UNIQUE (page, pager)
);
CREATE INDEX ON paksa.page_delivery (pager, reference);
