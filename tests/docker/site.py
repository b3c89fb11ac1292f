"""An installation by containers, made by the very lines of docs/operate.md."""

import email
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import Message

from tests.docker.browser import Browser
from tests.docker.engine import Engine, said
from tests.running import ROOT, free_port

DOMAIN = "samenbeheer.example"
COMMON, BISC = f"https://{DOMAIN}", f"https://bisc.{DOMAIN}"
CHECKOUT = (".dockerignore", ".npmrc", "package.json", "package-lock.json", "manage.py", "requirements", "docker")
CODE = ("config", "tenants", "agenda", "tickets")
# `docker compose` of the documentation, in front of everything else in the PATH.
DOCKER = """#!/bin/sh
test "$1" = compose && shift
exec {python} -m podman_compose --no-ansi --podman-build-args="{build}" -f compose.yaml -f {over} "$@"
"""


def lines_of(heading: str) -> list[str]:
    """Return the commands below a heading of docs/operate.md."""
    text = (ROOT / "docs" / "operate.md").read_text()
    chapter = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##)", text, re.M | re.S)
    assert chapter, heading
    return [line.strip() for line in chapter.group(1).splitlines() if line.startswith("    ")]


class Site:
    """A checkout with what the administrator made in it, and the containers that run of it."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.checkout = engine.folder / "checkout"
        self.docker = self.checkout / "docker"
        self.post = engine.folder / "post"
        self.https = free_port()
        self.project = f"samenbeheer-test-{os.getpid()}"
        self._copy()
        self._put_docker_in_the_path()

    def _copy(self) -> None:
        """As a checkout has it, and nothing of this one's own."""
        left_out = shutil.ignore_patterns("__pycache__", "*.mo", ".env", "secrets", "certificates")
        self.checkout.mkdir()
        for name in (*CHECKOUT, *CODE):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, self.checkout / name, **({"ignore": left_out} if copy is shutil.copytree else {}))

    def _put_docker_in_the_path(self) -> None:
        folder = self.engine.folder / "bin"
        folder.mkdir()
        build = " ".join(self.engine.build_arguments())
        over = ROOT / "tests" / "docker" / "compose.yaml"
        (folder / "docker").write_text(DOCKER.format(python=sys.executable, build=build, over=over))
        (folder / "docker").chmod(0o755)
        self.environment = {
            **self.engine.environment,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "COMPOSE_PROJECT_NAME": self.project,
            "SAMENBEHEER_TEST_MAIL": str(self.post),
            "DOMAIN": DOMAIN,
            "MAIL_SERVER": "smtp://post:25",
            "ADDRESS": "lead@bisc.example",
        }

    def run(self, *lines: str) -> str:
        """Type lines in the folder docker/, and return what they print; raises RuntimeError at the first that fails."""
        script = "set -euo pipefail\n" + "\n".join(lines)
        return said("bash", "-c", script, cwd=self.docker, env=self.environment, stdin=subprocess.DEVNULL)

    def install(self, *, built: Callable[[], None]) -> None:
        """Do as docs/operate.md says, with a certificate made here, free ports and a mail server that keeps all.

        `built` returns when the images of others are there too.
        """
        lines = lines_of("Install by containers")
        servers = next(index for index, line in enumerate(lines) if line.startswith("docker compose build"))
        self.run(*lines[:servers])
        self.make_certificate()
        with (self.docker / ".env").open("a") as env:
            env.write(f"SAMENBEHEER_HTTP_PORT=127.0.0.1:{free_port()}\nSAMENBEHEER_HTTPS_PORT=127.0.0.1:{self.https}\n")
        self.post.mkdir()
        for line in lines[servers:]:
            self.run(line)
            if " build " in line:
                built()
                self.run("docker compose up -d --no-deps post")
            if " web " in line and " up " in line:
                self.wait_until_well()

    def make_certificate(self) -> None:
        """Put a new one for the domain and the wildcard below it where the proxy looks."""
        names = f"subjectAltName=DNS:{DOMAIN},DNS:*.{DOMAIN}"
        folder = self.docker / "certificates"
        said(
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={DOMAIN}"),
            *("-addext", names, "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")),
        )

    def browser(self) -> Browser:
        return Browser(self.https, self.docker / "certificates" / "fullchain.pem")

    def name(self, service: str) -> str:
        return f"{self.project}_{service}_1"

    def inside(self, service: str, *command: str) -> str:
        """Run a command in a container, and return what it prints."""
        return self.engine.podman("exec", self.name(service), *command)

    def asked(self, sql: str) -> str:
        """Return the answer of the database."""
        return self.inside("database", "psql", "-U", "postgres", "-d", "samenbeheer", "-qAtc", sql).strip()

    def told(self, service: str, shape: str) -> str:
        """Return what the engine tells of a container, in Go's template language."""
        return self.engine.podman("inspect", "--format", shape, self.name(service)).strip()

    def kill(self, service: str) -> None:
        """End a container's process at once, as a lack of memory does; the engine was not asked to."""
        os.kill(int(self.told(service, "{{.State.Pid}}")), signal.SIGKILL)

    def wait_until_well(self) -> None:
        until(lambda: self.browser().get(f"{COMMON}/healthz").status == 200, "the site is well", 90)

    def mails(self, to: str) -> list[Message]:
        """Return what the mail server got for an address, oldest first."""
        files = sorted((self.post / "mail" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        found = [email.message_from_bytes(path.read_bytes()) for path in files]
        return [one for one in found if one["To"] == to]


def until(true: Callable[[], object], what: str, seconds: float = 60):
    """Return the first answer that is not nothing; OSError counts as not yet. Fails when it takes too long."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := true():
                return found
        except (OSError, RuntimeError):
            pass
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.5)
