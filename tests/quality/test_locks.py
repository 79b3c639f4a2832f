"""Advisory locks are numbers that all code on one database shares, so no two meanings may have the same number."""

import re
from collections import Counter

from tests.quality.tree import python_files, short

_NUMBER = re.compile(r"7_?305_?\d{3}\b")


def test_no_two_advisory_locks_share_a_number() -> None:
    # A test may hold a lock of the code's to see what waits for it.
    code = [path for path in python_files() if not short(path).startswith("tests/")]
    found = [n.replace("_", "") for path in code for n in _NUMBER.findall(path.read_text())]
    assert {n: times for n, times in Counter(found).items() if times > 1} == {}
    assert len(found) >= 7
