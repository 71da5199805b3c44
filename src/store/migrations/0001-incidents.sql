-- Incidents and their log, diagnoses, the messages that show them, and what was received and not yet worked on.

-- The one place where Paksa's SQL reads the clock: tests move it by replacing the body.
CREATE FUNCTION paksa.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT pg_catalog.now()';

CREATE SEQUENCE paksa.incident_number;

CREATE TABLE paksa.incident (
  id          text PRIMARY KEY,
  version     integer NOT NULL,
  fingerprint text NOT NULL,
  status      text NOT NULL,
  state       jsonb NOT NULL,
  changed_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX one_open_incident ON paksa.incident (fingerprint) WHERE status <> 'resolved';

-- Append only. `seq` is the incident's version after the event; one cause happens once.
CREATE TABLE paksa.event (
  incident text NOT NULL REFERENCES paksa.incident,
  seq      integer NOT NULL,
  at       timestamptz NOT NULL,
  actor    text NOT NULL,
  type     text NOT NULL,
  event    jsonb NOT NULL,
  effects  jsonb NOT NULL,
  cause    text UNIQUE,
  PRIMARY KEY (incident, seq)
);

CREATE TABLE paksa.diagnosis (
  id         text PRIMARY KEY,
  body       jsonb NOT NULL,
  changed_at timestamptz NOT NULL
);

-- One row a message that people see. `sending`, found by the next to hold it, means: the outcome is unknown, look first.
CREATE TABLE paksa.message (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key        text NOT NULL UNIQUE,
  state      text NOT NULL CHECK (state IN ('owed', 'sending', 'sent', 'failed')),
  channel    text NOT NULL,
  ts         text,
  content    text,
  changed_at timestamptz NOT NULL
);

-- Payloads from Slack, kept before they are acknowledged; `id` is what makes a repeated delivery the same one.
CREATE TABLE paksa.receipt (
  id          text PRIMARY KEY,
  kind        text NOT NULL,
  body        jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  done_at     timestamptz
);
