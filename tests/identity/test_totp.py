"""Authenticator codes are those of RFC 6238, also where the demo shows them."""

import pytest

from sangathan_demo.second_factor import code_at as demo_code_at
from sangathan_demo.second_factor import secret_of, until_next
from sangathan_identity.domain.secrets_for_people import as_meant, new_secret
from sangathan_identity.domain.totp import code_at, matching_step

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # The RFC's "12345678901234567890".


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")],
)
def test_the_codes_of_the_rfc(moment: int, code: str) -> None:
    assert (code_at(SECRET, moment // 30), demo_code_at(SECRET, moment)) == (code, code)


def test_a_step_that_was_used_gives_none() -> None:
    assert matching_step(SECRET, "287082", 59, after=0) == 1
    assert matching_step(SECRET, "287082", 59, after=1) is None


def test_another_phone_or_password_gives_another_secret() -> None:
    secrets = {secret_of(password, phone) for password in ("a", "b") for phone in ("+916000000001", "+916000000002")}
    assert len(secrets) == 4


def test_the_next_code_comes_within_half_a_minute() -> None:
    assert (until_next(59.0), until_next(60.0)) == (1.0, 30.0)


def test_a_secret_is_read_as_it_was_meant() -> None:
    secret = new_secret(20)
    assert len(as_meant(secret)) == 20
    assert as_meant("o1l i-x") == "0111X"
