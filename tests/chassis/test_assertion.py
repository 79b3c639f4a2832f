"""The gateway's word: good for one service, for 30 seconds, and for nobody who lacks the key."""

import os
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import OctKey

from sangathan_chassis.assertion import AssertionRefused, Claims, KeyFile, Minter, Verifier, encode_segment

CLAIMS = Claims(aud="registry", act="worker.list", iat=1000, exp=1030, m="GET", p="/v1/workers", lo="in.", hi="in/")


def write_keys(path: Path, *keys: tuple[str, bytes]) -> Path:
    lines = [f"{kid}:{urlsafe_b64encode(key).rstrip(b'=').decode()}" for kid, key in keys]
    path.write_text("\n".join(lines) + "\n")
    stamp = path.stat().st_mtime_ns + int.from_bytes(os.urandom(3), "big") + 1
    os.utime(path, ns=(stamp, stamp))
    return path


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    return write_keys(tmp_path / "registry.key", ("k1", b"1" * 32))


def verifier(path: Path, *, audience: str = "registry", now: float = 1010.0) -> Verifier:
    return Verifier(KeyFile(path), audience, lambda: now)


def test_a_minted_assertion_verifies(key_path: Path) -> None:
    assert verifier(key_path).verify(Minter(KeyFile(key_path)).mint(CLAIMS)) == CLAIMS


def test_another_library_reads_it_as_a_jws(key_path: Path) -> None:
    token = Minter(KeyFile(key_path)).mint(CLAIMS)
    parsed = jws.deserialize_compact(token, OctKey.import_key(b"1" * 32), algorithms=["HS256"])
    assert b'"aud":"registry"' in parsed.payload


@pytest.mark.parametrize("now", [990.0, 1036.0])
def test_it_is_refused_before_and_after_its_time(key_path: Path, now: float) -> None:
    token = Minter(KeyFile(key_path)).mint(CLAIMS)
    with pytest.raises(AssertionRefused):
        verifier(key_path, now=now).verify(token)


def test_it_is_refused_by_another_service(key_path: Path) -> None:
    token = Minter(KeyFile(key_path)).mint(CLAIMS)
    with pytest.raises(AssertionRefused):
        verifier(key_path, audience="identity").verify(token)


def test_a_key_of_another_service_does_not_sign_for_this_one(key_path: Path, tmp_path: Path) -> None:
    forged = Minter(KeyFile(write_keys(tmp_path / "notify.key", ("k1", b"2" * 32)))).mint(CLAIMS)
    with pytest.raises(AssertionRefused):
        verifier(key_path).verify(forged)


def test_alg_none_and_a_changed_body_are_refused(key_path: Path) -> None:
    header, body, signature = Minter(KeyFile(key_path)).mint(CLAIMS).split(".")
    none = encode_segment(b'{"alg":"none","kid":"k1"}').decode()
    for token in (f"{none}.{body}.", f"{none}.{body}.{signature}", f"{header}.{body[:-2]}AA.{signature}", "", "a.b.c"):
        with pytest.raises(AssertionRefused):
            verifier(key_path).verify(token)


def test_a_key_rotates_without_a_restart(key_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyFile, "CHECK_EVERY_S", -1.0)
    minter, checker = Minter(KeyFile(key_path)), verifier(key_path)
    old = minter.mint(CLAIMS)
    write_keys(key_path, ("k2", b"2" * 32), ("k1", b"1" * 32))
    assert checker.verify(minter.mint(CLAIMS)) == CLAIMS
    assert checker.verify(old) == CLAIMS
    write_keys(key_path, ("k2", b"2" * 32))
    with pytest.raises(AssertionRefused):
        checker.verify(old)


def test_a_short_key_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        KeyFile(write_keys(tmp_path / "weak.key", ("k1", b"weak")))
