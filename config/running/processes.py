"""Children that never outlive their parent."""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def show_alive() -> None:
    """Touch the file of SAMENBEHEER_ALIVE, if there is one: a container engine looks how old it is."""
    if path := os.environ.get("SAMENBEHEER_ALIVE"):
        Path(path).touch()


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `signal_number` to this process when its parent ends."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def child_setup(*, death_signal: int = signal.SIGKILL, user: tuple[int, int] | None = None):
    """Return what a child runs before its program starts: own session, other user (uid, gid), death with its parent.

    The user comes first: changing it clears the death signal.
    """
    parent = os.getpid()

    def setup() -> None:
        os.setsid()
        if user is not None:
            uid, gid = user
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return setup
