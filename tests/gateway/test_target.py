"""The request target is read strictly, so that no two parts can read it differently."""

import pytest

from sangathan_gateway.problems import Refused
from sangathan_gateway.target import read_target

BENT = {
    "encoded slash": b"/v1/workers/a%2fb",
    "encoded backslash": b"/v1/workers/a%5Cb",
    "dot segment": b"/v1/../v1/workers",
    "single dot": b"/v1/./workers",
    "dot segment at the end": b"/v1/workers/..",
    "encoded dot segment": b"/v1/%2e%2e/workers",
    "half encoded dot segment": b"/v1/.%2e/workers",
    "bent percent": b"/v1/workers/%zz",
    "cut percent": b"/v1/workers/%4",
    "encoded percent": b"/v1/workers/%252e",
    "NUL": b"/v1/workers/%00",
    "control character": b"/v1/workers/%0d%0a",
    "lone surrogate": b"/v1/workers/%ED%A0%80",
    "latin-1": b"/v1/workers/%E9",
    "fragment": b"/v1/workers#top",
    "quote": b'/v1/"workers"',
    "no slash": b"v1/workers",
    "overlong path": b"/" + b"a" * 1100,
    "overlong query": b"/v1/workers?" + b"a" * 9000,
    "bent percent in query": b"/v1/workers?name=%z1",
    "NUL in query": b"/v1/workers?name=%00",
    "lone surrogate in query": b"/v1/workers?name=%ED%A0%80",
    "space in query": b"/v1/workers?name=a b",
}


@pytest.mark.parametrize("raw", BENT.values(), ids=BENT.keys())
def test_a_bent_target_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_target(raw)
    assert refused.value.problem.status == 400


@pytest.mark.parametrize(
    ("raw", "path", "query"),
    [
        (b"/", b"/", b""),
        (b"/v1/workers", b"/v1/workers", b""),
        (b"/v1/workers?", b"/v1/workers", b""),
        (b"/v1/workers?limit=50&q=a?b", b"/v1/workers", b"limit=50&q=a?b"),
        (b"/v1/workers?name=%E0%A4%B0%E0%A4%BE", b"/v1/workers", b"name=%E0%A4%B0%E0%A4%BE"),
        (b"/v1/units/%E0%A4%B0", b"/v1/units/%E0%A4%B0", b""),
        (b"/v1/a..b/.c", b"/v1/a..b/.c", b""),
        (b"http://gateway.example/v1/me?x=1", b"/v1/me", b"x=1"),
        (b"http://gateway.example", b"/", b""),
    ],
)
def test_a_good_target_is_split_into_path_and_query(raw: bytes, path: bytes, query: bytes) -> None:
    assert read_target(raw) == (path, query)
