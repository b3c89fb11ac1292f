"""All cases of verbs."""

import pytest

from tests.tickets.cases_done import DONE_TO
from tests.tickets.cases_said import SAID

CASES = [*SAID, *DONE_TO]
BY_NAME = {case.name: case for case in CASES}
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
