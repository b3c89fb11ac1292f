"""What is written to the log: never a key that opens something, nor what stands in a row of the database."""

import logging
import re

from gunicorn.glogging import Logger

# The part of an address that is the key, in a mailed link.
KEY = re.compile(r"(/account/(?:invitation|password/reset/key)/)[^/?#\s\"'<>]+")
# PostgreSQL tells in DETAIL what the row holds, over several lines where a text does.
DETAIL = re.compile(r"DETAIL: .*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)


class Formatter(logging.Formatter):
    """Formats a record with its traceback, and takes out what is secret or somebody's own."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return DETAIL.sub("DETAIL: (left out)", KEY.sub(r"\1...", super().format(record)))


class WebServerLog(Logger):
    """What the web server itself says, which may name the address that was asked: in the same words."""

    def _set_handler(self, log, output, fmt, stream=None):
        super()._set_handler(log, output, Formatter(), stream)
