-- The audit log: what people asked for and decided, and what came of it. Each entry is sealed with the one before it.
-- A schema of its own, so that it can belong to another role than Paksa's own (deploy/postgres/audit-owner.sql).

CREATE SCHEMA paksa_audit;

-- Append only. `hash`: SHA-256, in hex, of the previous entry's hash (none of the first one), a newline, and `body` as it stands here.
CREATE TABLE paksa_audit.entry (
  seq      bigint PRIMARY KEY,
  body     text NOT NULL,
  previous text NOT NULL,
  hash     text NOT NULL UNIQUE
);
CREATE INDEX entry_of_incident ON paksa_audit.entry ((body::jsonb ->> 'incident'), (body::jsonb ->> 'version'));

CREATE FUNCTION paksa_audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON paksa_audit.entry
  FOR EACH STATEMENT EXECUTE FUNCTION paksa_audit.refuse();

-- What is not: what Paksa notes for itself, and people neither asked for nor decided. A type that is not named here is kept.
CREATE FUNCTION paksa_audit.is_kept(type text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT type NOT IN ('timer-due', 'page-sent', 'page-failed', 'page-dropped', 'quiet-failed', 'diagnosed', 'seen-elsewhere',
                      'alerted', 'alert-resolved', 'silences-seen', 'caught-up', 'room-opened', 'room-failed', 'room-joined')
$$;

-- Of what happened, all but what is said beside it, and but what an undo needs: that is for the undo alone.
CREATE FUNCTION paksa_audit.detail(type text, event jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT event - '{at,actor,type}'::text[] - CASE type WHEN 'undo-captured' THEN 'data' ELSE '' END
$$;

-- Called once everything else of a transaction is done, and held until it is over: entries are in the order of the commits.
CREATE FUNCTION paksa_audit.seal(entry jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  last_seq  bigint;
  last_hash text;
  body      text;
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('paksa.audit', 0));
  SELECT e.seq, e.hash INTO last_seq, last_hash FROM paksa_audit.entry e ORDER BY e.seq DESC LIMIT 1;
  last_seq := coalesce(last_seq, 0) + 1;
  last_hash := coalesce(last_hash, '');
  body := (pg_catalog.jsonb_build_object('seq', last_seq) || pg_catalog.jsonb_strip_nulls(entry))::text;
  INSERT INTO paksa_audit.entry (seq, body, previous, hash)
  VALUES (last_seq, body, last_hash,
          pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(last_hash || E'\n' || body, 'UTF8')), 'hex'));
END $$;

CREATE FUNCTION paksa_audit.moment(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE FUNCTION paksa_audit.of_event(
  at timestamptz, actor text, incident text, version integer, type text, event jsonb
) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT pg_catalog.jsonb_build_object('at', paksa_audit.moment(at), 'actor', actor, 'incident', incident, 'version', version,
                                       'type', type, 'detail', paksa_audit.detail(type, event))
$$;

-- Rights of the log's owner: whoever may write what happened may not write here.
CREATE FUNCTION paksa_audit.happened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM paksa_audit.seal(paksa_audit.of_event(new.at, new.actor, new.incident, new.seq, new.type, new.event));
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit AFTER INSERT ON paksa.event DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (paksa_audit.is_kept(new.type)) EXECUTE FUNCTION paksa_audit.happened();

-- What is no incident's, and has a row that is made and later ended: silences, overrides, drills.
CREATE FUNCTION paksa_audit.changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made_by text := TG_ARGV[1];
  made_at text := TG_ARGV[2];
  now_is  jsonb := to_jsonb(new);
  what    text;
  actor   text;
  at      timestamptz;
BEGIN
  IF TG_OP = 'INSERT' THEN
    what := 'made';
    actor := now_is ->> made_by;
    at := (now_is ->> made_at)::timestamptz;
  ELSIF now_is ->> 'ended_by' IS DISTINCT FROM to_jsonb(old) ->> 'ended_by' THEN
    what := 'ended';
    actor := now_is ->> 'ended_by';
    at := (now_is ->> 'ended_at')::timestamptz;
  ELSIF now_is ->> 'confirmed_at' IS DISTINCT FROM to_jsonb(old) ->> 'confirmed_at' THEN
    what := 'confirmed';
    actor := now_is ->> made_by;
    at := (now_is ->> 'confirmed_at')::timestamptz;
  ELSE
    RETURN NULL;
  END IF;
  PERFORM paksa_audit.seal(jsonb_build_object('at', paksa_audit.moment(at), 'actor', actor, 'type', TG_ARGV[0] || '-' || what,
                                              'detail', jsonb_strip_nulls(now_is - 'cause')));
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit AFTER INSERT OR UPDATE ON paksa.silence DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION paksa_audit.changed('silence', 'made_by', 'made_at');
CREATE CONSTRAINT TRIGGER audit AFTER INSERT OR UPDATE ON paksa.override DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION paksa_audit.changed('override', 'made_by', 'made_at');
CREATE CONSTRAINT TRIGGER audit AFTER INSERT ON paksa.drill DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION paksa_audit.changed('drill', 'started_by', 'started_at');

-- Who wanted to look at what: a diagnosis changes nothing, and reads much.
CREATE FUNCTION paksa_audit.asked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM paksa_audit.seal(jsonb_build_object(
    'at', paksa_audit.moment(new.changed_at), 'actor', new.body ->> 'requestedBy', 'type', TG_ARGV[0] || '-requested',
    'detail', jsonb_build_object('topic', new.body ->> 'topic', 'environment', new.body ->> 'environment')));
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit AFTER INSERT ON paksa.diagnosis DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (new.body ->> 'requestedBy' <> 'paksa') EXECUTE FUNCTION paksa_audit.asked('diagnosis');
CREATE CONSTRAINT TRIGGER audit AFTER INSERT ON paksa.survey DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (new.body ->> 'requestedBy' <> 'paksa') EXECUTE FUNCTION paksa_audit.asked('survey');

-- Everything that there is already, in the order in which it happened.
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT * FROM paksa.event WHERE paksa_audit.is_kept(type) ORDER BY at, incident, seq LOOP
    PERFORM paksa_audit.seal(
      paksa_audit.of_event(found.at, found.actor, found.incident, found.seq, found.type, found.event));
  END LOOP;
END $$;

-- Only the triggers write; they are tied to these by now.
REVOKE ALL ON FUNCTION paksa_audit.seal(jsonb), paksa_audit.happened(), paksa_audit.changed(), paksa_audit.asked() FROM PUBLIC;
