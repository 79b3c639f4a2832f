"""Applications sign people in: one flow, PKCE always, a code once, and answers to registered addresses alone."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.identity import world
from tests.identity.application import ISSUER, REDIRECT, SOMEBODY, Application, registered, told
from tests.identity.asking import events, refresh, rows


@pytest.fixture
async def app(identity: Harness) -> Application:
    return await registered(identity)


async def error(app: Application, **changes: Any) -> dict[str, str]:
    return told(await app.page(**changes))


async def test_discovery_names_every_address_and_no_weak_way(identity: Harness) -> None:
    path = "/.well-known/openid-configuration"
    offered = (await identity.ask("GET", path, action="openid.read", params={"anything": "else"})).json()
    assert offered["issuer"] == ISSUER
    assert (offered["response_types_supported"], offered["code_challenge_methods_supported"]) == (["code"], ["S256"])
    assert "none" not in offered["id_token_signing_alg_values_supported"]


async def test_a_person_signs_in_to_an_application(app: Application) -> None:
    answer = await app.sign_in()
    assert answer.headers["location"].startswith(f"{REDIRECT}?")
    assert told(answer).keys() == {"code", "state", "iss"}
    assert (told(answer)["state"], told(answer)["iss"]) == ("a-state", ISSUER)


async def test_the_id_token_says_who_has_signed_in(app: Application, identity: Harness) -> None:
    id_token = (await app.tokens())["id_token"]
    keys = (await identity.ask("GET", "/v1/jwks", action="key.read")).json()
    decoded = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["RS256"])
    claims = decoded.claims
    assert decoded.header["typ"] == "JWT"
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, app.id, "a-nonce")
    assert (claims["sub"], claims["acr"], claims["amr"]) == (str(SOMEBODY.person_id), "1", ["pwd"])
    assert 0 < claims["exp"] - claims["iat"] <= 600


async def test_user_info_goes_as_far_as_the_scope(app: Application) -> None:
    everything = (await app.user_info((await app.tokens())["access_token"])).json()
    least = (await app.user_info((await app.tokens(scope="openid unheard-of"))["access_token"])).json()
    assert everything["name#hi"] == f"नमूना {world.BOOTH}"
    assert [one["office"] for one in everything["offices"]] == ["booth-president"]
    assert least == {"sub": str(SOMEBODY.person_id)}


@pytest.mark.parametrize("kind", ["confidential", "public"])
async def test_both_kinds_of_application_exchange_a_code(identity: Harness, kind: str) -> None:
    app = await registered(identity, kind)
    assert (await app.exchange(await app.code())).status_code == 200


async def test_a_one_time_code_signs_in_too(app: Application, caplog: pytest.LogCaptureFixture) -> None:
    page = await app.page()
    asked = await app.send(page, phone=world.phone(SOMEBODY), do="send-code")
    await app.identity.app.state.parts.send_code.post.__self__._queue.join()
    sent = [record.fields["demo_code"] for record in caplog.records if "DEMO ONLY" in record.message]  # type: ignore[attr-defined]
    answer = await app.send(asked, code=sent[-1], do="code")
    assert "code" in told(answer)


async def test_a_number_that_nobody_has_gets_the_same_page_after_asking_for_a_code(app: Application) -> None:
    pages = [
        await app.send(await app.page(), phone=phone, do="send-code")
        for phone in (world.phone(SOMEBODY), "+919000000009")
    ]
    texts = [page.text.replace(page.text.split('name="sealed" value="')[1].split('"')[0], "") for page in pages]
    texts = [text.split("code_challenge=")[0] for text in texts]
    assert (texts[0], pages[0].status_code) == (texts[1], pages[1].status_code)


async def test_a_wrong_password_shows_the_form_again_and_counts(app: Application, identity: Harness) -> None:
    page = await app.page()
    statuses = [
        (await app.send(page, phone=world.phone(SOMEBODY), password="galat", do="password")).status_code
        for _ in range(6)
    ]
    assert statuses == [400] * 5 + [429]
    assert await rows(identity, "SELECT 1 FROM sessions") == []


async def test_the_page_says_what_the_application_learns_in_both_languages(app: Application) -> None:
    hindi, english = await app.page(language="hi"), await app.page(language="en")
    assert 'lang="hi"' in hindi.text
    assert "आपका नाम" in hindi.text
    assert "your name" in english.text
    assert "until you end it" not in english.text
    assert "until you end it" in (await app.page(scope="openid offline_access")).text


async def test_ui_locales_chooses_the_language(app: Application) -> None:
    assert 'lang="hi"' in (await app.page(language="en", ui_locales="fr hi-IN")).text


async def test_the_page_escapes_what_an_application_is_called(app: Application) -> None:
    page = await app.page()
    assert "Training &lt;b&gt;" in page.text
    assert "<b>" not in page.text


async def test_the_page_runs_nothing_and_answers_one_address(app: Application) -> None:
    policy = (await app.page()).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self' https://app.example;" in policy
    assert "frame-ancestors 'none'" in policy


async def test_whoever_does_not_agree_is_sent_back_without_a_code(app: Application) -> None:
    answer = told(await app.send(await app.page(), do="cancel"))
    assert (answer["error"], answer["state"]) == ("access_denied", "a-state")
    assert "code" not in answer


@pytest.mark.parametrize(
    "uri",
    [
        f"{REDIRECT}/",
        f"{REDIRECT}?next=1",
        "https://app.example/callback/../evil",
        "https://app.example.evil.example/callback",
        "https://APP.example/callback",
        "http://app.example/callback",
        "//evil.example",
        "javascript:alert(1)",
        "",
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(app: Application, uri: str) -> None:
    answer = await app.page(redirect_uri=uri)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize("client_id", ["", "nobody", "00000000-0000-4000-8000-000000000000"])
async def test_nobody_is_sent_anywhere_for_an_unknown_application(app: Application, client_id: str) -> None:
    answer = await app.page(client_id=client_id)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://app.example/r"}, "request_uri_not_supported"),
    ],
)
async def test_a_request_that_is_not_good_is_told_to_the_application(
    app: Application, changes: dict[str, str | None], said: str
) -> None:
    answer = await error(app, **changes)
    assert (answer["error"], answer["state"], answer["iss"]) == (said, "a-state", ISSUER)


async def test_a_parameter_given_twice_is_refused(app: Application) -> None:
    body = f"client_id={app.id}&client_id={app.id}".encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await app.identity.ask("POST", "/oauth2/token", action="client.token", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_form_from_another_browser_opens_nothing(app: Application) -> None:
    page = await app.page()
    app.identity.client.cookies.clear()
    answer = await app.send(page, phone=world.phone(SOMEBODY), password=world.PASSWORD, do="password")
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_an_old_form_opens_nothing(app: Application, clock: FixedClock) -> None:
    page = await app.page()
    clock.pass_time(timedelta(minutes=16))
    answer = await app.send(page, phone=world.phone(SOMEBODY), password=world.PASSWORD, do="password")
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_a_bent_form_opens_nothing(app: Application) -> None:
    await app.page()
    for bent in ("", "AAAA", "not base64!", "sealed"):
        answer = await app.post("/oauth2/authorize", "openid.authorize", {"sealed": bent, "do": "cancel"})
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_a_code_serves_once_and_shown_again_ends_the_sign_in(app: Application, identity: Harness) -> None:
    code = await app.code()
    tokens = (await app.exchange(code)).json()
    again = await app.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await app.user_info(tokens["access_token"])).status_code == 401
    assert len(await events(identity, "identity.session.ended.v1")) == 1


async def test_of_two_who_show_a_code_at_once_one_gets_tokens(app: Application) -> None:
    code = await app.code()
    answers = await asyncio.gather(*(app.exchange(code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_a_code_dies_after_a_minute(app: Application, clock: FixedClock) -> None:
    code = await app.code()
    clock.pass_time(timedelta(seconds=60))
    assert (await app.exchange(code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": f"{REDIRECT}/"}, {"redirect_uri": None}, {"code_verifier": "a" * 43}, {"code_verifier": None}],
    ids=str,
)
async def test_a_code_is_bound_to_its_address_and_verifier(app: Application, changes: dict[str, str | None]) -> None:
    code = await app.code()
    assert (await app.exchange(code, **changes)).json()["error"] == "invalid_grant"
    assert (await app.exchange(code)).json()["error"] == "invalid_grant"


async def test_a_code_is_bound_to_its_application(app: Application, identity: Harness) -> None:
    other = await registered(identity)
    code = await app.code()
    other.verifier = app.verifier
    assert (await other.exchange(code)).json()["error"] == "invalid_grant"
    assert (await app.exchange(code)).status_code == 200


@pytest.mark.parametrize("secret", ["", "sgk_wrong", None])
async def test_an_application_without_its_secret_gets_nothing(app: Application, secret: str | None) -> None:
    code = await app.code()
    answer = await app.exchange(code, client_secret=secret)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_codes_tokens_and_secrets_are_kept_as_hashes_alone(app: Application, identity: Harness) -> None:
    code = await app.code(scope="openid offline_access")
    tokens = (await app.exchange(code)).json()
    found: list[Any] = []
    for table in ("clients", "authorization_codes", "client_tokens", "audit_entries", "outbox"):
        found += [str(dict(row)) for row in await rows(identity, f"SELECT * FROM {table}")]  # noqa: S608
    kept = "".join(found)
    for shown in (code, tokens["access_token"], tokens["refresh_token"], app.secret or ""):
        assert shown not in kept


async def test_an_application_renews_only_when_the_person_agreed_to_it(app: Application) -> None:
    assert "refresh_token" not in await app.tokens()
    assert "refresh_token" in await app.tokens(scope="openid offline_access")


async def test_a_refresh_token_is_rotated_and_repeated_within_the_grace(app: Application, clock: FixedClock) -> None:
    first = await app.tokens(scope="openid offline_access")
    second = (await app.refresh(first["refresh_token"])).json()
    clock.pass_time(timedelta(seconds=29))
    again = (await app.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] == again["refresh_token"] != first["refresh_token"]
    assert (await app.user_info(again["access_token"])).status_code == 200
    assert "nonce" not in json.dumps(second)


async def test_a_refresh_token_shown_after_the_grace_ends_the_sign_in(app: Application, clock: FixedClock) -> None:
    first = await app.tokens(scope="openid offline_access")
    second = (await app.refresh(first["refresh_token"])).json()
    clock.pass_time(timedelta(seconds=31))
    assert (await app.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await app.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_parallel_refreshes_get_one_successor(app: Application) -> None:
    first = await app.tokens(scope="openid offline_access")
    answers = await asyncio.gather(*(app.refresh(first["refresh_token"]) for _ in range(4)))
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_an_applications_refresh_token_is_no_persons_refresh_token(app: Application, identity: Harness) -> None:
    tokens = await app.tokens(scope="openid offline_access")
    assert (await refresh(identity, tokens["refresh_token"])).status_code == 401
    assert (await app.refresh(tokens["access_token"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
async def test_only_an_access_token_reads_who_has_signed_in(app: Application, kind: str) -> None:
    tokens = await app.tokens(scope="openid offline_access")
    assert (await app.user_info(tokens[kind])).status_code == 401


async def test_an_access_token_dies_after_ten_minutes(app: Application, clock: FixedClock) -> None:
    tokens = await app.tokens()
    clock.pass_time(timedelta(minutes=10))
    assert (await app.user_info(tokens["access_token"])).status_code == 401


async def test_tokens_end_with_the_session(app: Application, identity: Harness) -> None:
    tokens = await app.tokens(scope="openid offline_access")
    await rows(identity, "UPDATE sessions SET ended_at = now()")
    assert (await app.user_info(tokens["access_token"])).status_code == 401
    assert (await app.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_tokens_end_with_a_suspension(app: Application, identity: Harness) -> None:
    tokens = await app.tokens(scope="openid offline_access")
    await rows(identity, "UPDATE persons SET suspended_at = now()")
    assert (await app.user_info(tokens["access_token"])).status_code == 401
    assert (await app.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_an_application_that_is_shut_out_holds_nothing(app: Application, identity: Harness) -> None:
    tokens = await app.tokens(scope="openid offline_access")
    officer = world.holder(world.STATE)
    path = f"/v1/clients/{app.id}/endings"
    assert (await identity.ask("POST", path, action="client.make", person=officer)).status_code == 200
    assert (await app.user_info(tokens["access_token"])).status_code == 401
    assert (await app.refresh(tokens["refresh_token"])).json()["error"] == "invalid_client"
    assert (await app.page()).status_code == 400


async def test_introspection_tells_an_application_about_its_own_tokens_alone(
    app: Application, identity: Harness
) -> None:
    other = await registered(identity)
    token = (await app.tokens())["access_token"]
    own = await app.introspect(token)
    assert (own["active"], own["sub"], own["client_id"]) == (True, str(SOMEBODY.person_id), app.id)
    assert await other.introspect(token) == await app.introspect("nothing") == {"active": False}


async def test_a_revoked_access_token_ends_alone(app: Application) -> None:
    tokens = await app.tokens(scope="openid offline_access")
    assert (await app.revoke(tokens["access_token"])).status_code == 200
    assert await app.introspect(tokens["access_token"]) == {"active": False}
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_revoked_refresh_token_ends_the_sign_in(app: Application, identity: Harness) -> None:
    tokens = await app.tokens(scope="openid offline_access")
    await app.revoke(tokens["refresh_token"])
    assert (await app.user_info(tokens["access_token"])).status_code == 401
    assert len(await events(identity, "identity.session.ended.v1")) == 1


async def test_nobody_revokes_anothers_token(app: Application, identity: Harness) -> None:
    other = await registered(identity)
    token = (await app.tokens())["access_token"]
    assert (await other.revoke(token)).status_code == 200
    assert (await app.user_info(token)).status_code == 200


async def test_what_a_person_agreed_to_is_on_the_trail(app: Application, identity: Harness) -> None:
    await app.tokens()
    [row] = await rows(
        identity, "SELECT person_id, subject_id::text, detail FROM audit_entries WHERE action = 'client.authorize'"
    )
    assert tuple(row.values()) == (SOMEBODY.person_id, app.id, '{"scope": "openid profile offices"}')


async def test_the_same_browser_is_the_same_device_at_the_next_sign_in(app: Application, identity: Harness) -> None:
    await app.sign_in()
    await app.sign_in()
    assert len(await rows(identity, "SELECT 1 FROM devices")) == 1
