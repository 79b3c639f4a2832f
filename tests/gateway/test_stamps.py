"""An assertion minted in pieces is the same token that the chassis mints whole."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from sangathan_chassis.assertion import AssertionRefused, Claims, KeyFile, Verifier, decode_segment, encode_segment
from sangathan_gateway.stamps import Stamper

KEY = b"k1:" + encode_segment(b"7" * 32)
NOW = 1_700_000_000


@dataclass
class Keys:
    path: Path

    def write(self, *lines: bytes) -> KeyFile:
        self.path.write_bytes(b"\n".join(lines))
        return KeyFile(self.path)


def read(file: KeyFile, token: bytes, service: str = "registry") -> Claims:
    """What a service reads at the moment of minting."""
    return Verifier(file, service, now=lambda: NOW).verify(token.decode())


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "registry.key")


@pytest.mark.parametrize("office", ["a", "ab", "abc", "अध्यक्ष"])
def test_a_service_reads_all_claims_as_they_were_given(keys: Keys, office: str) -> None:
    claims = Claims(aud="registry", act="worker.list", exp=0, iat=0, sub="p", off=office, lo="in.", hi="in/", tv=3)
    file = keys.write(KEY)
    token = Stamper("registry", file).stamp(claims).mint(NOW, b"r-1", b"GET", b"/v1/workers")
    expected = Claims(
        aud="registry",
        act="worker.list",
        exp=NOW + 30,
        iat=NOW,
        rid="r-1",
        m="GET",
        p="/v1/workers",
        sub="p",
        off=office,
        lo="in.",
        hi="in/",
        tv=3,
    )
    assert read(file, token) == expected


def test_no_claim_is_said_twice(keys: Keys) -> None:
    stamp = Stamper("registry", keys.write(KEY)).stamp(Claims(aud="registry", act="a", exp=0, iat=0, rid="x", m="x"))
    body = decode_segment(stamp.mint(NOW, b"r", b"GET", b"/").split(b".")[1])
    names = [name for name, _ in json.loads(body, object_pairs_hook=list)]
    assert len(names) == len(set(names))


def test_a_key_longer_than_a_block_signs_as_hmac_says(keys: Keys) -> None:
    file = keys.write(b"k1:" + encode_segment(b"9" * 100))
    claims = Claims(aud="registry", act="worker.list", exp=0, iat=0)
    token = Stamper("registry", file).stamp(claims).mint(NOW, b"r", b"GET", b"/")
    assert read(file, token).act == "worker.list"


def test_a_changed_claim_is_refused(keys: Keys) -> None:
    file = keys.write(KEY)
    claims = Claims(aud="registry", act="worker.list", exp=0, iat=0, lo="in.mp.")
    head, body, signature = Stamper("registry", file).stamp(claims).mint(NOW, b"r", b"GET", b"/").split(b".")
    forged = b".".join((head, body[:-4] + b"AAAA", signature))
    with pytest.raises(AssertionRefused):
        read(file, forged)


def test_another_service_does_not_take_it(keys: Keys) -> None:
    file = keys.write(KEY)
    token = Stamper("registry", file).stamp(Claims(aud="registry", act="a", exp=0, iat=0)).mint(NOW, b"r", b"GET", b"/")
    with pytest.raises(AssertionRefused):
        read(file, token, "notify")


def test_the_key_that_stands_first_signs(keys: Keys) -> None:
    stamper = Stamper("registry", keys.write(b"k2:" + encode_segment(b"8" * 32), KEY))
    assert stamper.key_id() == "k2"
