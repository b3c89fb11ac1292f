"""Servers for the tests, before Django reads its settings: those of DATABASE_URL and REDIS_URL, or our own."""

import atexit
import os
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["SAMENBEHEER_MODE"] = "demo"
os.environ["SAMENBEHEER_AS_OWNER"] = "1"
_data = Path(tempfile.mkdtemp(prefix="samenbeheer-test-"))
_data.chmod(0o711)
os.environ["SAMENBEHEER_DATA"] = str(_data)
os.environ["PORT"] = "8000"

from config.embedded import Embedded  # noqa: E402

_servers = Embedded(_data)
OUTSIDE = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
if _servers.wanted:
    _servers.acquire()
    _servers.start(fsync=False)
    os.environ.update(_servers.environment)
    atexit.register(_servers.stop)
if "SECRET_KEY_FILE" not in os.environ:
    os.environ.setdefault("SECRET_KEY", "t" * 60)
