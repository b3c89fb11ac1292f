"""SHA-256 of every migration that went out, in hashes.txt.

A new one is added with `python -m tests.upgrade.hashes --write`.
"""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = Path(__file__).with_name("hashes.txt")  # as sha256sum writes and checks it


def now() -> dict[str, str]:
    """Return the hash of each migration file that is there, by path."""
    files = sorted(ROOT.glob("*/migrations/*.py"))
    return {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != "__init__.py"
    }


def kept() -> dict[str, str]:
    """Return the hashes that were written down, by path."""
    lines = (line.split(maxsplit=1) for line in KEPT.read_text().splitlines())
    return {path: digest for digest, path in lines}


def write(found: dict[str, str], known: dict[str, str]) -> None:
    """Add to the file what is new; raises ValueError, and writes nothing, where a migration was edited or removed."""
    wrong = sorted(path for path in known if found.get(path) != known[path])
    if wrong:
        raise ValueError(f"edited or removed: {', '.join(wrong)}")
    KEPT.write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(found.items())))


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    write(now(), kept() if KEPT.exists() else {})
