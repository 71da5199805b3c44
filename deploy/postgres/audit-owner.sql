-- Gives the audit log to another role, so that Paksa's own can add to it by what it does, and change nothing of it.
-- Once, by a superuser, after Paksa has started for the first time and after every upgrade that changes the log:
--   psql "$DATABASE_URL_OF_A_SUPERUSER" --set=paksa=paksa --file=deploy/postgres/audit-owner.sql
-- `paksa`: the role that DATABASE_URL names. It must be no superuser.

BEGIN;
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'paksa_audit') AS missing \gset
\if :missing
  CREATE ROLE paksa_audit NOLOGIN;
\endif
ALTER SCHEMA paksa_audit OWNER TO paksa_audit;
ALTER TABLE paksa_audit.entry OWNER TO paksa_audit;
SELECT format('ALTER FUNCTION %s OWNER TO paksa_audit', oid::regprocedure)
  FROM pg_proc WHERE pronamespace = 'paksa_audit'::regnamespace \gexec
REVOKE ALL ON TABLE paksa_audit.entry FROM PUBLIC, :"paksa";
REVOKE ALL ON SCHEMA paksa_audit FROM PUBLIC, :"paksa";
GRANT USAGE ON SCHEMA paksa_audit TO :"paksa";
GRANT SELECT ON TABLE paksa_audit.entry TO :"paksa";
COMMIT;
