#!/bin/sh
# Debian 12 has Caddy 2.6, where the buffering of requests is called otherwise.
sed 's/request_buffers .*/buffer_requests/' /etc/caddy/Caddyfile > /tmp/Caddyfile
words=$(echo "$*" | sed 's#/etc/caddy/Caddyfile#/tmp/Caddyfile --adapter caddyfile#')
# shellcheck disable=SC2086
exec /usr/bin/caddy $words
