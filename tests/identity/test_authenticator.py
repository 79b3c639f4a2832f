"""An authenticator app with recovery codes, and stepping up by every factor."""

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from joserfc import jws

from sangathan_identity.domain.totp import code_at
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import Codes, coming_from, events, problem, refresh, rows, sign_in

PERSON = world.holder(world.BOOTH)


@dataclass
class Phone:
    """A person's phone with an authenticator app, signed in with the password."""

    identity: Harness
    clock: FixedClock
    person: Person
    refresh_token: str = ""
    device_token: str = ""
    secret: str = ""
    recovery_codes: tuple[str, ...] = ()

    async def ask(self, method: str, path: str, action: str, body: Any = None, *, address: str = "") -> Response:
        return await self.identity.ask(
            method, path, action=action, person=self.person, json=body, headers=coming_from(address)
        )

    async def change(self, path: str, body: Any = None) -> Response:
        return await self.ask("POST", path, "factor.change", body)

    def shows(self, steps_later: int = 0) -> str:
        return code_at(self.secret, int(self.clock.now().timestamp()) // 30 + steps_later)

    async def add(self) -> Response:
        self.secret = (await self.change("/v1/authenticators")).json()["secret"]
        answer = await self.change("/v1/authenticators/confirmations", {"code": self.shows()})
        self.recovery_codes = tuple(answer.json().get("recovery_codes", ()))
        self.clock.pass_time(timedelta(seconds=30))
        return answer

    async def step_up(self, address: str = "", **proof: Any) -> Response:
        return await self.ask("POST", "/v1/step-ups", "session.step-up", proof, address=address)


async def a_phone(identity: Harness, clock: FixedClock, person: Person = PERSON, *, address: str = "") -> Phone:
    body = (await sign_in(identity, person, address=address)).json()
    session = replace(world.themselves(person), session_id=UUID(body["session_id"]))
    return Phone(identity, clock, session, body["refresh_token"], body["device_token"] or "")


@pytest.fixture
async def phone(identity: Harness, clock: FixedClock) -> Phone:
    return await a_phone(identity, clock)


def claims(token: str) -> dict[str, Any]:
    return dict(json.loads(jws.extract_compact(token.encode()).payload))


async def test_an_authenticator_makes_two_factors_of_one(phone: Phone) -> None:
    await phone.add()
    answer = await phone.step_up(authenticator_code=phone.shows())
    said = claims(answer.json()["access_token"])
    assert (answer.json()["acr"], said["acr"], said["amr"]) == ("2", "2", ["pwd", "otp"])


async def test_the_step_up_outlives_a_refresh_and_keeps_its_moment(phone: Phone) -> None:
    await phone.add()
    at = int(phone.clock.now().timestamp())
    await phone.step_up(authenticator_code=phone.shows())
    phone.clock.pass_time(timedelta(minutes=5))
    said = claims((await refresh(phone.identity, phone.refresh_token)).json()["access_token"])
    assert (said["acr"], said["auth_time"]) == ("2", at)


async def test_the_secret_comes_as_text_as_address_and_as_qr_code(phone: Phone) -> None:
    new = (await phone.change("/v1/authenticators")).json()
    assert new["uri"].startswith(f"otpauth://totp/Sangathan:{world.phone(PERSON)[-4:]}?secret={new['secret']}")
    assert new["qr_svg"].startswith("<svg")


async def test_an_unconfirmed_secret_steps_nobody_up(phone: Phone) -> None:
    phone.secret = (await phone.change("/v1/authenticators")).json()["secret"]
    assert problem(await phone.step_up(authenticator_code=phone.shows())) == "step-up-refused"


async def test_a_wrong_code_confirms_nothing(phone: Phone) -> None:
    phone.secret = (await phone.change("/v1/authenticators")).json()["secret"]
    answer = await phone.change("/v1/authenticators/confirmations", {"code": phone.shows(steps_later=9)})
    assert problem(answer) == "code-wrong"


async def test_guesses_at_a_confirmation_are_paced(phone: Phone) -> None:
    phone.secret = (await phone.change("/v1/authenticators")).json()["secret"]
    body = {"code": phone.shows(steps_later=9)}
    answers = [await phone.change("/v1/authenticators/confirmations", body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


async def test_a_second_authenticator_is_a_conflict(phone: Phone) -> None:
    await phone.add()
    await phone.step_up(authenticator_code=phone.shows())
    assert problem(await phone.change("/v1/authenticators")) == "authenticator-set-already"


async def test_a_code_serves_once(phone: Phone) -> None:
    await phone.add()
    await phone.step_up(authenticator_code=phone.shows())
    assert (await phone.step_up(authenticator_code=phone.shows())).status_code == 403


async def test_of_parallel_uses_of_one_code_one_is_right(phone: Phone) -> None:
    await phone.add()
    answers = await asyncio.gather(*(phone.step_up(authenticator_code=phone.shows()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]


@pytest.mark.parametrize(("steps_later", "status"), [(-1, 200), (1, 200), (-2, 403), (2, 403)])
async def test_a_clock_half_a_minute_off_is_taken_and_a_minute_is_not(
    phone: Phone, steps_later: int, status: int
) -> None:
    await phone.add()
    phone.clock.pass_time(timedelta(minutes=2))
    assert (await phone.step_up(authenticator_code=phone.shows(steps_later))).status_code == status


async def test_a_recovery_code_serves_once_in_any_case_and_its_person_is_told(phone: Phone) -> None:
    await phone.add()
    code = phone.recovery_codes[0].lower().replace("-", " ")
    answers = [await phone.step_up(recovery_code=code) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 403]
    told = [event["what"] for event in await events(phone.identity, "identity.credential.changed.v1")]
    assert told == ["totp-added", "recovery-code-used"]


async def test_there_are_ten_recovery_codes_and_new_ones_replace_them(phone: Phone) -> None:
    await phone.add()
    old = phone.recovery_codes
    await phone.step_up(recovery_code=old[0])
    new = (await phone.change("/v1/recovery-codes")).json()["recovery_codes"]
    assert (len(set(old)), len(set(new) - set(old))) == (10, 10)
    assert (await phone.step_up(recovery_code=old[1])).status_code == 403


async def test_removing_the_authenticator_takes_two_factors(phone: Phone) -> None:
    await phone.add()
    refused = await phone.change("/v1/authenticators/removals")
    assert problem(refused) == "step-up-needed"
    assert 'acr_values="2"' in refused.headers["www-authenticate"]
    await phone.step_up(authenticator_code=phone.shows())
    assert (await phone.change("/v1/authenticators/removals")).status_code == 204
    assert (await phone.step_up(recovery_code=phone.recovery_codes[0])).status_code == 403


async def test_a_sign_in_of_long_ago_changes_no_factor(phone: Phone) -> None:
    phone.clock.pass_time(timedelta(minutes=11))
    refused = await phone.change("/v1/authenticators")
    assert (
        'error="insufficient_user_authentication", acr_values="1", max_age="600"'
        in (refused.headers["www-authenticate"])
    )
    await phone.step_up(password=world.PASSWORD)
    assert (await phone.change("/v1/authenticators")).status_code == 201


async def test_the_same_factor_again_raises_nothing(phone: Phone) -> None:
    assert (await phone.step_up(password=world.PASSWORD)).json()["acr"] == "1"


async def test_a_text_message_beside_a_password_makes_two(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    codes = Codes(phone.identity, caplog)
    code = await codes.ask(purpose="step-up")
    answer = await phone.step_up(text_code={"challenge": codes.challenge, "code": code})
    assert answer.json()["acr"] == "2"


async def test_a_text_message_to_somebody_else_is_nothing(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    codes = Codes(phone.identity, caplog)
    code = await codes.ask(world.phone(world.holder(world.NEXT_BOOTH)), purpose="step-up")
    answer = await phone.step_up(text_code={"challenge": codes.challenge, "code": code})
    assert problem(answer) == "step-up-refused"


async def test_whoever_has_an_authenticator_is_not_let_down_to_a_text_message(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    await phone.add()
    codes = Codes(phone.identity, caplog)
    code = await codes.ask(purpose="step-up")
    answer = await phone.step_up(text_code={"challenge": codes.challenge, "code": code})
    assert answer.status_code == 403


async def test_guesses_at_codes_are_paced_over_all_places_together_but_for_a_proven_device(
    identity: Harness, clock: FixedClock
) -> None:
    owner = await a_phone(identity, clock)
    await owner.add()
    await owner.step_up(authenticator_code=owner.shows())
    thief = await a_phone(identity, clock)
    for n in range(50):
        await thief.step_up(address=f"203.0.113.{n}", authenticator_code="000000")
    refused = await thief.step_up(address="203.0.113.200", authenticator_code="000000")
    clock.pass_time(timedelta(seconds=30))
    let_in = await owner.step_up(authenticator_code=owner.shows())
    assert (refused.status_code, let_in.status_code) == (429, 200)


async def test_passwords_guessed_at_a_step_up_count_as_those_at_sign_in(phone: Phone) -> None:
    for _ in range(5):
        await phone.step_up(password="galat")
    assert (await phone.step_up(password=world.PASSWORD)).status_code == 429
    assert (await sign_in(phone.identity, PERSON, device_token=phone.device_token)).status_code == 429


async def test_an_ended_sign_in_is_not_stepped_up(phone: Phone) -> None:
    await phone.ask("POST", "/v1/sign-out", "session.end")
    assert problem(await phone.step_up(password=world.PASSWORD)) == "unauthenticated"


async def test_another_persons_sign_in_is_not_stepped_up(phone: Phone, clock: FixedClock) -> None:
    other = await a_phone(phone.identity, clock, world.holder(world.NEXT_BOOTH))
    phone.person = replace(phone.person, session_id=other.person.session_id)
    assert problem(await phone.step_up(password=world.PASSWORD)) == "unauthenticated"


@pytest.mark.parametrize(
    "proof", [{}, {"password": None}, {"password": "x", "authenticator_code": "123456"}, {"password": "x", "acr": "2"}]
)
async def test_a_step_up_takes_exactly_one_proof_and_no_unknown_field(phone: Phone, proof: dict[str, Any]) -> None:
    assert problem(await phone.step_up(**proof)) == "invalid-input"


async def test_every_step_up_is_on_the_trail(phone: Phone) -> None:
    await phone.step_up(password="galat")
    await phone.step_up(password=world.PASSWORD)
    trail = await rows(
        phone.identity, "SELECT outcome, session_id FROM audit_entries WHERE action = 'session.step-up' ORDER BY id"
    )
    assert [(row["outcome"], row["session_id"]) for row in trail] == [
        ("refused", phone.person.session_id),
        ("done", phone.person.session_id),
    ]


async def test_a_dump_shows_neither_secret_nor_recovery_code(phone: Phone) -> None:
    await phone.add()
    lines = ""
    for table in ("totp_secrets", "recovery_codes", "outbox", "audit_entries", "idempotency_keys"):
        found = await rows(phone.identity, f"SELECT {table}::text AS line FROM {table}")  # noqa: S608
        lines += str([row["line"] for row in found])
    kept = [phone.secret, *phone.recovery_codes]
    assert not [secret for secret in kept if secret in lines or secret.encode().hex() in lines]


async def test_the_methods_say_what_there_is(phone: Phone) -> None:
    await phone.add()
    methods = (await phone.ask("GET", "/v1/sign-in-methods", "factor.read")).json()
    assert (methods["password"], methods["recovery_codes_left"], methods["passkeys"]) == (True, 10, 0)
    assert methods["authenticator_since"] is not None
