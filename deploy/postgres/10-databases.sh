#!/bin/sh
# Makes the four databases, each with a role that owns it and one that does not, at PostgreSQL's first start.
# The statements hold passwords and so come from the secrets of this container, not from here.
set -eu
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --file /run/secrets/init/10-databases.sql
