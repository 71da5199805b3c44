-- What a replica has to know before the database is away, to go on without it (ADR 17).

-- Names this database's Paksa to the outside: two replicas that cannot see each other call the same page by the same key.
CREATE TABLE paksa.installation (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
INSERT INTO paksa.installation DEFAULT VALUES;

-- Who else looks after the same incidents, as each of them says every few seconds.
CREATE TABLE paksa.replica (
  id      text PRIMARY KEY,
  seen_at timestamptz NOT NULL,
  -- Whether it has done what the database does not know of yet.
  owes    boolean NOT NULL
);

CREATE INDEX incident_changed ON paksa.incident (changed_at);
