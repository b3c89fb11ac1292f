#!/bin/sh
# Runs once, when the database is made: the owner migrates, the application reads and writes. The passwords come in by
# files, and go to psql by its input: neither an environment nor a list of processes shows them.
set -eu
psql --quiet --username postgres --set ON_ERROR_STOP=1 <<'SQL'
\set owner `cat /run/secrets/owner_password`
\set app `cat /run/secrets/app_password`
CREATE ROLE samenbeheer_owner LOGIN PASSWORD :'owner';
CREATE ROLE samenbeheer_app LOGIN PASSWORD :'app';
CREATE DATABASE samenbeheer OWNER samenbeheer_owner ENCODING 'UTF8' TEMPLATE template0;
SQL
