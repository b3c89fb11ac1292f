"""The data directory: who holds it, who may enter it, and the note on it for commands that run beside."""

import fcntl
import json
import os
import pwd
import shutil
import stat
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class CannotStart(RuntimeError):
    """The servers cannot be started; the text says why and what to do."""


def data_directory() -> Path:
    """Return the data directory, `./var` of the project unless SAMENBEHEER_DATA says otherwise."""
    return Path(os.environ.get("SAMENBEHEER_DATA") or PROJECT / "var").resolve()


class Folder:
    """A data directory, held by a lock on it; `user` is whom its servers run as when we are root."""

    def __init__(self, data: Path):
        self.data = data
        self.user = self._unprivileged_user()
        self.sockets: Path | None = None
        self._lock: int | None = None

    def acquire(self) -> bool:
        """Lock the data directory; return False when another process holds it."""
        created = not self.data.exists()
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            if created:
                self.data.chmod(0o711)
            self._lock = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(f"{self.data}: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            return False
        return True

    def release(self) -> None:
        """Give up the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @staticmethod
    def _unprivileged_user() -> tuple[int, int] | None:
        """Return (uid, gid) under which servers run when we are root, which PostgreSQL refuses."""
        if os.geteuid() != 0:
            return None
        for name in ("samenbeheer", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return entry.pw_uid, entry.pw_gid
        raise CannotStart("running as root, and there is no user 'nobody' to run the servers as")

    def _refuse_closed_parent(self, path: Path) -> None:
        """As root: say which directory above `path` the servers' user cannot enter."""
        if self.user is None:
            return
        uid, gid = self.user
        for parent in [*reversed(path.parents), path]:
            if not parent.exists():
                return
            status = parent.stat()
            bit = stat.S_IXUSR if status.st_uid == uid else stat.S_IXGRP if status.st_gid == gid else stat.S_IXOTH
            if not status.st_mode & bit:
                name = pwd.getpwuid(uid).pw_name
                raise CannotStart(
                    f"running as root, so the servers run as '{name}', which may not enter {parent}. Move the project"
                    f" and SAMENBEHEER_DATA to a directory that all may enter, or run: chmod o+x {parent}"
                )

    def _own(self, path: Path) -> Path:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.user is not None and path.stat().st_uid != self.user[0]:
            os.chown(path, *self.user)
        return path

    # --- the note for commands that run beside ---

    def _write_state(self) -> None:
        part = self.data / f".running-{os.getpid()}"
        part.touch(mode=0o600)
        part.write_text(json.dumps({"pid": os.getpid(), "sockets": str(self.sockets)}))
        os.replace(part, self.data / "running.json")

    def read_state(self) -> dict:
        """Return what the process that holds the data directory wrote down; empty when there is nothing."""
        try:
            return json.loads((self.data / "running.json").read_text())
        except (OSError, ValueError):
            return {}

    def _forget_old_sockets(self) -> None:
        old = Path(self.read_state().get("sockets") or "/nonexistent")
        if old.name.startswith("samenbeheer-") and old.is_dir() and not old.is_symlink():
            owner = old.stat().st_uid
            if owner in {os.geteuid(), *(self.user or ())[:1]}:
                shutil.rmtree(old, ignore_errors=True)
