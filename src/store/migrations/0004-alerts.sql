-- Alerts as monitoring sends them: one row for each of a source's fingerprints, kept before the request is answered.

CREATE TABLE paksa.alert (
  source      text NOT NULL,
  fingerprint text NOT NULL,
  name        text NOT NULL,
  status      text NOT NULL CHECK (status IN ('firing', 'resolved')),
  labels      jsonb NOT NULL,
  annotations jsonb NOT NULL,
  link        text,
  severity    text,
  environment text NOT NULL,
  -- Null where no route knows it: `unrouted` says why, and `notice` is the message that tells people, once.
  topic       text,
  unrouted    text,
  notice      text,
  incident    text REFERENCES paksa.incident,
  starts_at   timestamptz NOT NULL,
  ends_at     timestamptz,
  first_seen  timestamptz NOT NULL,
  last_seen   timestamptz NOT NULL,
  -- How often it came.
  count       bigint NOT NULL,
  PRIMARY KEY (source, fingerprint)
);
CREATE INDEX alert_of_group ON paksa.alert (environment, topic, name);
CREATE INDEX alert_of_notice ON paksa.alert (notice) WHERE notice IS NOT NULL;
