# Starts a server as the image does that it stands in for: as a user of its own, PostgreSQL with its first database made
# by the scripts of /docker-entrypoint-initdb.d while it listens to nobody else.
set -eu
case "$1" in
postgres)
  export PGDATA=/var/lib/postgresql/data
  if [ "$(id -u)" = 0 ]; then
    chown postgres:postgres "$PGDATA" /run/postgresql
    exec setpriv --reuid postgres --regid postgres --init-groups sh "$0" "$@"
  fi
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    eval "initdb --username postgres --pwfile $POSTGRES_PASSWORD_FILE --auth-host scram-sha-256 ${POSTGRES_INITDB_ARGS:-}" > /tmp/initdb
    echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
    pg_ctl -D "$PGDATA" -w -o "-c listen_addresses=''" start > /tmp/first
    for script in /docker-entrypoint-initdb.d/*.sh; do sh "$script"; done
    pg_ctl -D "$PGDATA" -m fast -w stop > /tmp/first
  fi
  exec "$@" -c "listen_addresses=*"
  ;;
valkey-server)
  cd /data
  chown redis:redis /data
  exec setpriv --reuid redis --regid redis --init-groups "$@" --protected-mode no
  ;;
*) exec "$@" ;;
esac
