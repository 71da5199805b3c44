-- Incidents that go on in others, and the channels of their own that severe ones get.

ALTER TABLE paksa.incident ADD COLUMN merged_into text REFERENCES paksa.incident;
CREATE INDEX incident_merged ON paksa.incident (fingerprint) WHERE merged_into IS NOT NULL;

-- `creating`, found by the next to hold it, means: the outcome is unknown, look for a channel of that name first.
CREATE TABLE paksa.room (
  incident   text NOT NULL,
  number     integer NOT NULL,
  state      text NOT NULL CHECK (state IN ('owed', 'creating', 'open')),
  name       text,
  channel    text,
  -- Whoever was invited, or could not be.
  invited    text[] NOT NULL DEFAULT '{}',
  begun_at   timestamptz,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (incident, number)
);
-- Whose thread or channel a message stands in is asked when somebody says something there.
CREATE INDEX message_at ON paksa.message (channel, ts);
