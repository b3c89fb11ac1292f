"""Servers for the tests, before Django reads its settings: those of DATABASE_URL and REDIS_URL, or our own.

Each process of the test run has its own: own data directory, own database, own database number of Valkey.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from config.running.embedded import Embedded
from config.running.folder import CannotStart
from tests.running import free_port

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _distributes() -> bool:
    """Is this the process that only hands out the work?"""
    arguments = sys.argv
    alone = "-n0" in arguments or ("-n" in arguments and arguments[arguments.index("-n") + 1] == "0")
    return not WORKER and not alone


def _begin() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["SAMENBEHEER_MODE"] = "demo"
    os.environ["SAMENBEHEER_AS_OWNER"] = "1"
    os.environ["PORT"] = "8000"
    os.environ.setdefault("SECRET_KEY", "t" * 60)
    os.environ["OIDC_SERVER_URL"] = f"http://127.0.0.1:{free_port()}"  # tests/oidc.py listens there when asked
    os.environ["OIDC_CLIENT_ID"], os.environ["OIDC_NAME"] = "samenbeheer", "Eigen organisatie"
    os.environ["OIDC_EMAIL_DOMAINS"] = "bisc.example"
    data = Path(tempfile.mkdtemp(prefix="samenbeheer-test-"))
    data.chmod(0o711)
    os.environ["SAMENBEHEER_DATA"] = str(data)
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    servers = Embedded(data)
    if servers.wanted:
        servers.acquire()
        try:
            servers.start(fsync=False)
        except CannotStart as error:
            sys.exit(f"The tests need servers: {error}")
        os.environ.update(servers.environment)
        atexit.register(servers.stop)
    if WORKER and "REDIS_URL" not in servers.environment:
        number = 1 + int(WORKER.removeprefix("gw"))
        os.environ["REDIS_URL"] = re.sub(r"\d*$", str(number), os.environ["REDIS_URL"], count=1)  # …/0 or …?db=0


if _distributes():
    # The one that hands out the work needs no servers, only settings that load.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["SAMENBEHEER_MODE"] = "demo"
else:
    _begin()
