#!/bin/sh
# Runs once, when the database is made: the owner migrates, the application reads and writes.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" <<'SQL'
CREATE ROLE samenbeheer_owner LOGIN PASSWORD :'owner';
CREATE ROLE samenbeheer_app LOGIN PASSWORD :'app';
CREATE DATABASE samenbeheer OWNER samenbeheer_owner ENCODING 'UTF8';
SQL
