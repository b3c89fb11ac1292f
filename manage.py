#!/usr/bin/env python3
"""Entry point of every management command; see `config/running/embedded.py` for where its servers come from."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from config.running.embedded import servers_for


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not any(os.environ.get(name) for name in ("DATABASE_URL", "DATABASE_URL_FILE")):
        os.environ.setdefault("SAMENBEHEER_MODE", "demo")  # on a database of one's own it is a real installation
    with servers_for(sys.argv[1] if len(sys.argv) > 1 else "help"):
        from config.running.commands import Commands  # noqa: PLC0415  after the addresses are set

        try:
            Commands(sys.argv).execute()
        except ImproperlyConfigured as error:  # the administrator's to mend, who needs no traceback for it
            sys.exit(f"Samenbeheer: {error}")


if __name__ == "__main__":
    main()
