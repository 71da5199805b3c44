-- Silences that people make: for a while, nobody is paged for what they cover.

-- Never deleted: who kept a page from going out is asked later. One cause makes one.
CREATE TABLE paksa.silence (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment  text NOT NULL,
  -- Null: every topic.
  topic        text,
  labels       jsonb NOT NULL,
  starts_at    timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at),
  reason       text NOT NULL,
  made_by      text NOT NULL,
  made_at      timestamptz NOT NULL,
  -- Null while it does not count: it would silence what is open, and nobody has said yet that it shall.
  confirmed_at timestamptz,
  ended_by     text,
  ended_at     timestamptz,
  cause        text UNIQUE
);
CREATE INDEX silence_by_end ON paksa.silence (ends_at) WHERE confirmed_at IS NOT NULL;
