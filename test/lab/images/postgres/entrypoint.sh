#!/bin/sh
# Makes the database at the first start, then becomes PostgreSQL. POSTGRES_PASSWORD and POSTGRES_DB as in the official image.
set -eu

as_postgres() {
  setpriv --reuid=postgres --regid=postgres --init-groups "$@"
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  password=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
  chown postgres "$password"
  as_postgres initdb --pgdata="$PGDATA" --username=postgres --pwfile="$password" --encoding=UTF8 --no-sync \
    --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  rm "$password"
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  cat >>"$PGDATA/postgresql.conf" <<SETTINGS
listen_addresses = '*'
shared_preload_libraries = 'pg_stat_statements'
log_line_prefix = '%m [%p] %q%u@%d '
log_lock_waits = on
SETTINGS
  echo "CREATE DATABASE $POSTGRES_DB" | as_postgres postgres --single -D "$PGDATA" postgres >/dev/null
  echo 'CREATE EXTENSION pg_stat_statements; CREATE EXTENSION amcheck' | as_postgres postgres --single -D "$PGDATA" "$POSTGRES_DB" >/dev/null
fi

install -d -o postgres -g postgres -m 2775 /var/run/postgresql
exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -D "$PGDATA"
