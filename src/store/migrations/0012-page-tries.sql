-- Each time that a pager was asked to deliver a page. `taken` is null while that is under way, and where whoever tried died.
CREATE TABLE paksa.page_try (
  id       uuid PRIMARY KEY,
  page     text NOT NULL,
  pager    text NOT NULL,
  tried_at timestamptz NOT NULL,
  taken    boolean,
  -- What took it, or why not.
  said     text,
  CHECK ((taken IS NULL) = (said IS NULL))
);
-- Of an incident: by the beginning of its pages' keys.
CREATE INDEX ON paksa.page_try (page text_pattern_ops);
