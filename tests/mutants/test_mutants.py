"""The list of named breakages is kept: each has its place, and each is still Python."""

import ast

import pytest

from tests.mutants.operators import found_in
from tests.mutants.run import ROOMS, ROOT, accepted, named_mutants, sampled_mutants, wanted_by


def test_each_named_mutant_is_found_exactly_once():
    """A change of the code that moves such a line, moves its `before` in tests/mutants/named.toml too."""
    mutants = named_mutants()
    assert len({one.key for one in mutants}) == len(mutants)
    for one in mutants:
        assert one.lines[0] != one.lines[1], one.key
        assert one.why, one.key
        if one.file.endswith(".py"):
            ast.parse(one.of((ROOT / one.file).read_bytes()))
        for file in one.tests:
            assert (ROOT / file.split("::")[0]).is_file(), file


def test_each_room_has_modules_and_each_sampled_mutant_is_python():
    assert [room for room, (ways, _) in ROOMS.items() if not any(list(ROOT.glob(way)) for way in ways)] == []
    for one in sampled_mutants():
        ast.parse(one.of((ROOT / one.file).read_bytes()))


def test_the_name_of_a_room_asks_for_that_room_alone():
    mutants = named_mutants()
    assert {one.file for one in mutants if wanted_by("states", one)} == {"tickets/states.py"}
    assert {one.file for one in mutants if wanted_by("tickets/states.py", one)} == {"tickets/states.py"}
    assert len({one.file for one in mutants if wanted_by("closed", one)}) > 1


def test_accepted_mutants_have_a_reason():
    assert [key for key, one in accepted().items() if len(one["reason"]) < 10] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if a == b:\n    pass", ["if a != b:"]),
        ("if a and b:\n    pass", ["if not (a and b):", "if a or b:"]),
        ("x = not a", ["x = (a)"]),
        ("LIMIT = 50", ["LIMIT = 51"]),
        ("a.b = c", ["pass"]),
        ("tell(a)", ["pass"]),
        ("y = x.filter(a=b, c=d)", ["y = x", "y = x.filter( c=d)", "y = x.filter(a=b, )"]),
        ("def f():\n    return x", ["return None"]),
        ("@locked\ndef f():\n    pass", [""]),
        ('x: int | None = _("text")', []),
    ],
)
def test_operators(before, after):
    assert [one.lines[1] for one in found_in("a.py", before.encode())] == after
