"""For pytest in a mutation run: note which functions each test calls, or run the chosen tests in their order."""

import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = f"{Path(__file__).resolve().parent.parent.parent}/"
OURS = tuple(f"{ROOT}{app}/" for app in ("tenants", "agenda", "tickets", "config"))
MAP = os.environ.get("SAMENBEHEER_MUTANTS_MAP")  # the folder in which to note the calls
CHOSEN = os.environ.get("SAMENBEHEER_MUTANTS_CHOSEN")  # the file with the chosen tests
calls: dict[str, dict] = {}

if MAP:

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(item):
        """Note the functions of ours that are called, fixtures included, and how long it all took."""
        called = set()

        def trace(frame, event, arg):
            if frame.f_code.co_filename.startswith(OURS):
                called.add(frame.f_code)

        begin = time.monotonic()
        sys.settrace(trace)
        threading.settrace(trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            names = sorted({f"{code.co_filename.removeprefix(ROOT)} {code.co_qualname}" for code in called})
            calls[item.nodeid] = {"calls": names, "seconds": round(time.monotonic() - begin, 2), "failed": False}

    def pytest_runtest_logreport(report):
        """A test that fails without any mutant tells nothing."""
        if report.failed and report.nodeid in calls:
            calls[report.nodeid]["failed"] = True

    def pytest_sessionfinish():
        """Write down what was found in this process."""
        if calls:
            Path(MAP, f"{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}.json").write_text(json.dumps(calls))


if CHOSEN:

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(items):
        """Keep the chosen tests, in their order."""
        order = {name: place for place, name in enumerate(json.loads(Path(CHOSEN).read_text()))}
        items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])
