-- A look at every topic at once.

CREATE TABLE paksa.survey (
  id         text PRIMARY KEY,
  body       jsonb NOT NULL,
  changed_at timestamptz NOT NULL
);
