"""Reads what an installation says in its environment. What is malformed stops the start with the variable's name.

No message holds the value of a variable that may have a secret in it, and none is raised from another error: the
traceback of a start is read by more people than the environment is.
"""

import os
import re
from datetime import date, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN_NAME = re.compile(rf"(?=.{{4,200}}$){LABEL}(?:\.{LABEL})*\.[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
DEMO_KEY = "demo-only-"  # how a secret key begins that a demo made for itself
LEAST_KEY, LEAST_VARIETY = 50, 10


def _given(name: str) -> str:
    return os.environ.get(name, "").strip()


def number(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    """Return a whole number between `least` and `most`."""
    text = _given(name)
    if not text:
        return default
    if not re.fullmatch(r"\d{1,10}", text) or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number between {least} and {most}, not {text!r}")
    return int(text)


def flag(name: str, default: bool) -> bool:
    """Return a yes-or-no variable; anything but 1/0, true/false, yes/no, on/off stops the start."""
    value = _given(name).lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def choice(name: str, default: str, choices: set[str]) -> str:
    """Return one of some words."""
    value = _given(name) or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}")
    return value


def secret(name: str) -> str:
    """Return a secret from `name`, or from the file that `name`_FILE points at; empty when neither is there."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        reason = error.strerror
    except (UnicodeError, ValueError):
        reason = "it is no text"
    raise ImproperlyConfigured(f"{name}_FILE cannot be read: {reason}")


def secret_key(*, demo: bool) -> str:
    """Return the key that sessions and links are signed with; in production one that nobody guesses."""
    key = secret("SECRET_KEY")
    if demo:
        return key or DEMO_KEY + "x" * LEAST_KEY
    if len(key) < LEAST_KEY:
        raise ImproperlyConfigured(f"SECRET_KEY (or SECRET_KEY_FILE) must hold {LEAST_KEY} characters or more")
    if key.startswith(DEMO_KEY):
        raise ImproperlyConfigured("SECRET_KEY (or SECRET_KEY_FILE) is that of a demo; make one of your own")
    repeats = any(key == (key[:length] * len(key))[: len(key)] for length in range(1, len(key) // 2 + 1))
    if len(set(key)) < LEAST_VARIETY or repeats:
        raise ImproperlyConfigured("SECRET_KEY (or SECRET_KEY_FILE) has too little variety; make one at random")
    return key


def domain(name: str, default: str) -> str:
    """Return a domain name in lower case: no scheme, port, path, asterisk or address of digits."""
    value = (_given(name) or default).lower()
    if not value:
        raise ImproperlyConfigured(f"{name} must name the domain below which all hosts lie")
    if not DOMAIN_NAME.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name} must be a domain name such as samenbeheer.example, without https://, port, path or *"
        )
    return value


def domains(name: str) -> list[str]:
    """Return domain names, separated by commas or spaces."""
    found = _given(name).lower().replace(",", " ").split()
    if not all(DOMAIN_NAME.fullmatch(one) for one in found):
        raise ImproperlyConfigured(f"{name} must hold domain names, separated by commas")
    return found


def address(name: str, default: str, schemes: set[str]) -> str:
    """Return the address of a server, which may hold a password: from `name`, or the file `name`_FILE points at."""
    value = secret(name).strip() or default
    split_address(name, value, schemes)
    return value


def split_address(name: str, value: str, schemes: set[str]) -> SplitResult:
    """Return the parts of an address; `name` is the variable to name when it is malformed."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f]", value):
        raise ImproperlyConfigured(
            f"{name} must be an address that begins with {' or '.join(f'{one}://' for one in sorted(schemes))}"
        )
    return parts


def database(name: str, default: str) -> dict:
    """Return Django's description of a PostgreSQL database; an address without a password has it elsewhere.

    DATABASE_URL: in DATABASE_PASSWORD, or in the file that DATABASE_PASSWORD_FILE points at, as it is and not encoded.
    """
    value = address(name, default, {"postgres", "postgresql"})
    try:
        found = environ.Env.db_url_config(value)
    except Exception:
        found = {}
    if not found.get("NAME") or urlsplit(value).fragment:
        raise ImproperlyConfigured(
            f"{name} must be postgres://user:password@host:port/name; signs such as # and / in a password are"
            " written %23 and %2F"
        )
    if not found.get("PASSWORD"):
        found["PASSWORD"] = secret(f"{name.removesuffix('_URL')}_PASSWORD")
    return found


def mail(name: str, default: str) -> dict:
    """Return Django's description of where mail goes, from `name` or the file that `name`_FILE points at."""
    value = secret(name).strip() or default
    schemes = set(environ.Env.EMAIL_SCHEMES)
    split_address(name, value, schemes)
    try:
        return environ.Env.email_url_config(value)
    except Exception:
        reason = f"{name} must be an address such as smtp+tls://user:password@host:587"
    raise ImproperlyConfigured(reason)


def sender(name: str, default: str) -> str:
    """Return whom mail is from: `Name <address>`, on one line."""
    value = os.environ.get(name) or default
    _words, spec = parseaddr(value)
    try:
        usable = bool(Address(addr_spec=spec).domain) and not re.search(r"[\r\n\x00]", value)
    except (MessageError, ValueError, IndexError):
        usable = False
    if not usable:
        raise ImproperlyConfigured(f"{name} must be a mail address, such as Samenbeheer <noreply@samenbeheer.example>")
    return value


def contacts(name: str) -> list[str]:
    """Return where one is reached, as RFC 9116 writes it: mail addresses get `mailto:`, other addresses are https."""
    found = []
    for one in _given(name).replace(",", " ").split():
        if re.fullmatch(r"[^@:/\s]+@[^@:/\s]+\.[^@:/\s]+", one):
            found.append(f"mailto:{one}")
        elif re.fullmatch(r"(mailto:[^@\s]+@[^@\s]+|https://\S+|tel:\+[0-9-]+)", one):
            found.append(one)
        else:
            raise ImproperlyConfigured(f"{name} must hold mail addresses, or addresses that begin with https://")
    return found


def day(name: str, default: date | None) -> date:
    """Return a date, written as 2027-01-31."""
    try:
        found = date.fromisoformat(_given(name)) if _given(name) else default
    except ValueError:
        found = None
    if found is None:
        raise ImproperlyConfigured(f"{name} must be a date such as {date.today() + timedelta(days=360)}")
    return found
