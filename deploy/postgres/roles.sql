-- The roles that Paksa looks after the system's database with: one that reads, for diagnoses, and one that changes, for fixes.
-- Once, in that database, by a superuser; again after new schemas or extensions:
--   psql "$DATABASE_URL_OF_A_SUPERUSER" --set=owner=paksa --file=deploy/postgres/roles.sql
--   psql … --command='\password paksa_diagnose' --command='\password paksa_fix'
-- `owner`: the role that the database and its tables belong to. paksa_diagnose is for `postgres.urlEnv`, paksa_fix for
-- `postgres.fixUrlEnv`; without fixes, make the first alone. On PostgreSQL 14 and before anybody may create tables in the schema
-- public: REVOKE CREATE ON SCHEMA public FROM PUBLIC.

BEGIN;
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'paksa_diagnose') AS without_diagnose,
       NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'paksa_fix') AS without_fix \gset
\if :without_diagnose
  CREATE ROLE paksa_diagnose LOGIN;
\endif
\if :without_fix
  CREATE ROLE paksa_fix LOGIN;
\endif

-- What sessions of other roles do, the statistics of statements, where files lie.
GRANT pg_monitor TO paksa_diagnose, paksa_fix;
ALTER ROLE paksa_diagnose SET default_transaction_read_only = on;
-- Totals, orphans and plans are looked at in the tables themselves.
SELECT format('GRANT USAGE ON SCHEMA %I TO paksa_diagnose', nspname),
       format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO paksa_diagnose', nspname),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO paksa_diagnose', :'owner', nspname)
  FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' \gexec
-- amcheck is a superuser's to begin with.
SELECT format('GRANT EXECUTE ON FUNCTION %s TO paksa_diagnose', function.oid::regprocedure)
  FROM pg_proc AS function
  JOIN pg_depend AS part ON part.classid = 'pg_proc'::regclass AND part.objid = function.oid AND part.deptype = 'e'
  JOIN pg_extension AS extension ON extension.oid = part.refobjid AND extension.extname = 'amcheck' \gexec

-- Indexes, statistics, foreign keys, totals and read-only are for who owns them; sessions of others are ended.
GRANT :"owner" TO paksa_fix;
GRANT pg_signal_backend TO paksa_fix;
-- Old figures are kept in a schema of their own, paksa_kept.
SELECT format('GRANT CREATE ON DATABASE %I TO paksa_fix', current_database()) \gexec
COMMIT;
