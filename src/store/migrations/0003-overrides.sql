-- Who stands in for whom in the schedules of paksa.yaml, and whom a schedule's page is for.

-- Never deleted: who was on call at three in the morning is asked later. One cause makes one.
CREATE TABLE paksa.override (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule  text NOT NULL,
  user_id   text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at   timestamptz NOT NULL CHECK (ends_at > starts_at),
  made_by   text NOT NULL,
  made_at   timestamptz NOT NULL,
  ended_by  text,
  ended_at  timestamptz,
  cause     text UNIQUE
);
CREATE INDEX override_by_end ON paksa.override (schedule, ends_at);

-- Settled at the first try to send a page, so that a try after a hand-over goes to the same person.
CREATE TABLE paksa.page_recipient (
  page       text PRIMARY KEY,
  user_id    text NOT NULL,
  settled_at timestamptz NOT NULL
);
