"""For pytest in a mutation run: a process that has collected all tests, and tries each mutant in a fork of itself.

What stands in a function is exchanged in the running process, wherever that function is in use; a mutant of anything
else (a constant, a decorator, a class) needs a fresh process. So most cost no more than the tests that they meet.
"""

import gc
import inspect
import json
import os
import shutil
import signal
import socket
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from django.conf import settings

SECONDS = 600  # a run that takes longer has been kept from ending
Place = tuple[str, str, int]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Instead of running the tests: answer each line with a mutant and its tests by a line with the outcome."""
    items = {item.nodeid: item for item in session.items}
    functions: dict[Place, list[FunctionType]] = {}
    for one in gc.get_objects():
        if type(one) is FunctionType:
            functions.setdefault(_place(one.__code__), []).append(one)
    with socket.socket(fileno=int(os.environ["SAMENBEHEER_MUTANTS_SOCKET"])) as channel:
        lines = channel.makefile("rw")
        print(json.dumps(["ready", ""]), file=lines, flush=True)
        for line in lines:
            for name in ("files", "mail"):
                shutil.rmtree(Path(settings.DATA) / name, ignore_errors=True)
            print(json.dumps(_in_a_fork(session, items, functions, json.loads(line))), file=lines, flush=True)
    return True


def _in_a_fork(session, items, functions, job: dict) -> list:
    """Return what became of a mutant, by which test, and whether any test may have left something in the database."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        outcome = ["stillborn", "", True]
        try:
            if not job["path"].endswith(".py") or exchange(functions, **{key: job[key] for key in CODE}):
                outcome = _run(session, [items[name] for name in job["tests"] if name in items])
            else:
                outcome = ["fresh", "", True]
        except BaseException as error:
            outcome = ["stillborn", f"{type(error).__name__}: {error}"[:300], True]
        finally:
            os.write(writer, json.dumps(outcome).encode())
            os._exit(0)
    os.close(writer)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
    signal.alarm(SECONDS)
    with open(reader) as answer:
        text = answer.read()
    signal.alarm(0)
    os.waitpid(pid, 0)
    return json.loads(text) if text else ["killed", "it does not end", True]


def _run(session, items) -> list:
    """Run these tests until one fails."""
    commits = False
    for item, following in zip(items, [*items[1:], None], strict=True):
        uses = set(item.fixturenames)
        commits |= "transactional_db" in uses or ("django_db_setup" in uses and "db" not in uses)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return ["killed", item.nodeid, commits]
    return ["lived", "", commits]


CODE = ("path", "before", "after")


def exchange(functions: dict[Place, list[FunctionType]], path: str, before: str, after: str) -> bool:
    """Give the functions of a module the code of its mutant; False where more than functions is different."""
    old, new = (list(_codes(compile(text, path, "exec", dont_inherit=True))) for text in (before, after))
    if [code.co_qualname for code in old] != [code.co_qualname for code in new]:
        return False
    pairs = list(zip(old, new, strict=True))
    different = [one for one, other in pairs if _own(one) != _own(other)]
    done: set[str] = set()
    for one, other in pairs:
        if one != other and one.co_flags & inspect.CO_OPTIMIZED:
            for function in functions.get(_place(one), ()):
                function.__code__ = other
                done.add(one.co_qualname)
    return bool(different) and all(
        one.co_flags & inspect.CO_OPTIMIZED and any(f"{one.co_qualname}.".startswith(f"{name}.") for name in done)
        for one in different
    )


def _codes(code: CodeType):
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _own(code: CodeType) -> tuple:
    """Return what is in this code itself, less the functions in it and the numbers of its lines."""
    constants = [(type(one), repr(one)) for one in code.co_consts if not isinstance(one, CodeType)]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return (code.co_code, constants, names, code.co_flags, code.co_argcount, code.co_kwonlyargcount)


def _place(code: CodeType) -> Place:
    return (code.co_filename, code.co_qualname, code.co_firstlineno)
