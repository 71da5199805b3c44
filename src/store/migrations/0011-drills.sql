-- Drills of the ladder: tagged pages, and how long each took. No incident is behind them.

CREATE SEQUENCE paksa.drill_number;

CREATE TABLE paksa.drill (
  id          text PRIMARY KEY,
  environment text NOT NULL,
  -- The levels as they were then, for the words of the pages.
  levels      jsonb NOT NULL,
  started_by  text NOT NULL,
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  cause       text NOT NULL UNIQUE
);
CREATE INDEX drill_of_environment ON paksa.drill (environment, started_at);

-- What was confirmed, and nothing else, is sent. `recipient` is null where nobody was on call.
CREATE TABLE paksa.drill_page (
  drill     text NOT NULL REFERENCES paksa.drill,
  number    integer NOT NULL,
  level     integer NOT NULL,
  responder text NOT NULL,
  recipient jsonb,
  pager     text NOT NULL,
  state     text NOT NULL CHECK (state IN ('owed', 'taken', 'failed')),
  taken_by  text,
  taken_at  timestamptz,
  -- Why it was not taken, the last time it was tried.
  reason    text,
  got_by    text,
  got_at    timestamptz,
  PRIMARY KEY (drill, number)
);

-- What was said of ladders that will reach nobody: once, until it changes.
CREATE TABLE paksa.reach_notice (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment text NOT NULL,
  -- Which levels, and why: the same again is not said again.
  about       jsonb NOT NULL,
  lost        jsonb NOT NULL,
  said_at     timestamptz NOT NULL,
  -- When every level reached somebody again, or something else was said.
  over_at     timestamptz
);
CREATE UNIQUE INDEX one_reach_notice ON paksa.reach_notice (environment) WHERE over_at IS NULL;

-- When the ladders are looked at next: one task at a time, whichever replica has it.
CREATE TABLE paksa.reach_look (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  due_at   timestamptz NOT NULL
);
