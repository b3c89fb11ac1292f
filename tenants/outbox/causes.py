"""Why an entry of the outbox failed, in words that can hold no text of a ticket, no name and no address of mail.

The message of an exception is never kept or logged: a mail server repeats the recipient in its refusal, PostgreSQL the
values of the row, Python the value it could not read. What is kept instead comes from fixed lists: the type of the
exception and our own line (both from source code), and of three families a number or code that others gave a meaning.
"""

import errno
import re
import smtplib
from dataclasses import dataclass
from types import TracebackType

from django.db import Error as DatabaseError

OURS = ("tenants", "agenda", "tickets", "config")


class TopicMismatch(Exception):
    """The task that took an entry is not the one its topic names; its own task may still do it."""


@dataclass(frozen=True)
class Cause:
    """Type of the exception, `module:line` of the last of our own code it passed, and a safe code or nothing."""

    type: str
    where: str
    message: str

    def __str__(self) -> str:
        return " ".join(filter(None, [self.type, self.message and f"({self.message})", "at", self.where]))


def cause_of(error: BaseException) -> Cause:
    """Return what of `error` may be kept."""
    kind = type(error)
    plain = kind.__module__.split(".")[0] in ("builtins", *OURS)
    name = kind.__qualname__ if plain else f"{kind.__module__}.{kind.__qualname__}"
    return Cause(type=name[:120], where=_where(error.__traceback__)[:120], message=_safe(error))


def _where(traceback: TracebackType | None) -> str:
    found = ""
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        if module.split(".")[0] in OURS:
            found = f"{module}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found


def _safe(error: BaseException) -> str:
    """Return the codes of SMTP, the number of the operating system or the SQLSTATE of `error`; else nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        refusals = error.recipients.values() if isinstance(error.recipients, dict) else ()
        codes = sorted({one[0] for one in refusals if isinstance(one[0], int)})
        return " ".join(f"SMTP {code}" for code in codes)[:60]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"SMTP {error.smtp_code}" if isinstance(error.smtp_code, int) else ""
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "pgcode", None) or ""
        return f"SQLSTATE {state}" if re.fullmatch(r"[0-9A-Z]{5}", state) else ""
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return errno.errorcode.get(error.errno, f"errno {error.errno}")
    return ""
