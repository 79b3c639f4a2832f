"""The authorization endpoint: shows who asks for what, lets the person sign in and agree, and answers the application.

Nothing is kept between the page and its form but what the form carries, sealed, and a cookie that the sealed part
names: a form made elsewhere, or sent from another browser, opens nothing.
"""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec
from fastapi import Request, Response

from sangathan_chassis.edge import declares, edge_router
from sangathan_chassis.refusal import Kind, Refusal
from sangathan_chassis.sealing import Unsealable
from sangathan_identity.api.fields import AddressDep, as_code, as_mobile, speaks_hindi
from sangathan_identity.api.forms import form_body, read_form, read_query
from sangathan_identity.api.parts import Parts, PartsDep
from sangathan_identity.api.sign_in_page import Shown, sign_in_page, sorry_page
from sangathan_identity.commands.guess_code import CodeGuess
from sangathan_identity.commands.issue_code import issue_code
from sangathan_identity.commands.recognise_device import ShownDevice
from sangathan_identity.commands.send_code import SendCode
from sangathan_identity.commands.sign_in_by_code import SignInByCode
from sangathan_identity.commands.sign_in_by_password import SignInByPassword
from sangathan_identity.commands.signed_in import SignedIn
from sangathan_identity.domain.clients import Client
from sangathan_identity.domain.codes import Purpose
from sangathan_identity.domain.openid import AuthorizationRequest, Declined, checked_redirect_uri, checked_request
from sangathan_identity.queries.clients import named_client

router = edge_router(tags=["openid"])

_PLACE: Final = "oauth2.sign-in-form"
_FORM_LIVES_S: Final = 900
_FORM_COOKIE: Final = "sangathan_form"
_DEVICE_COOKIE: Final = "sangathan_device"
_DEVICE_KEPT_S: Final = 34_560_000
_COOKIE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_PASSWORD: Final = 200
_HTML: Final = {"text/html": {"schema": {"type": "string"}}}
_ANSWERS: Final = {
    200: {"description": "The page.", "content": _HTML},
    303: {"description": "The answer to the application, at its registered address.", "content": _HTML},
    400: {"description": "The page again, or why there is none, to the person alone.", "content": _HTML},
    429: {"description": "Too many tries; the page says how long to wait.", "content": _HTML},
    503: {"description": "Signing in does not work just now.", "content": _HTML},
}


class _Form(msgspec.Struct, frozen=True):
    """What the form carries sealed: the application's request, whose browser, until when, and a code's challenge."""

    request: AuthorizationRequest
    browser: str
    until: int
    hindi: bool
    challenge: str = ""


class _Stale(Exception):  # noqa: N818 - an answer, not a fault.
    """The form is old, was made elsewhere, or belongs to another browser."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """A form that was sent: what it carried, what was typed, and from where."""

    form: _Form
    client: Client
    typed: Mapping[str, str]
    device: ShownDevice


@router.get(
    "/oauth2/authorize",
    summary="Sign in to an application",
    response_class=Response,
    responses=_ANSWERS,  # type: ignore[arg-type]  # FastAPI's keys are wider.
    **declares("openid.authorize", opens="nothing", any_query=True),
)
async def show_sign_in_form(request: Request, parts: PartsDep) -> Response:
    """Shows who asks for what, and a form to sign in with.

    Parameters are those of OpenID Connect: `response_type=code`, `client_id`, `redirect_uri`, `scope`, `state`,
    `nonce`, and PKCE's `code_challenge` with `code_challenge_method=S256`, which is required; `ui_locales` chooses
    Hindi or English. A wrong client or address is said to the person alone, and nobody is sent anywhere.
    """
    try:
        asked = read_query(request)
    except Declined as error:
        return sorry_page(error.error, hindi=speaks_hindi(request))
    return await _begin(request, parts, asked)


@router.post(
    "/oauth2/authorize",
    summary="Send the sign-in form",
    response_class=Response,
    responses=_ANSWERS,  # type: ignore[arg-type]  # As above.
    openapi_extra={
        **declares("openid.authorize", opens="nothing", any_query=True)["openapi_extra"],
        **form_body(("sealed", "do"), sealed="What the page carried.", do="password, send-code, code or cancel."),
    },
)
async def send_sign_in_form(request: Request, parts: PartsDep, address: AddressDep) -> Response:
    """Signs in and answers the application with a code, or shows the form again; also takes a request by POST."""
    try:
        typed = await read_form(request)
        if "sealed" not in typed:
            return await _begin(request, parts, typed)
        form = _opened(request, parts, typed["sealed"])
        client = await _client(parts, str(form.request.client_id))
        checked_redirect_uri(client, {"redirect_uri": form.request.redirect_uri})
    except _Stale:
        return sorry_page("stale", hindi=speaks_hindi(request))
    except Declined as error:
        return sorry_page(error.error, hindi=speaks_hindi(request))
    assert client is not None  # noqa: S101 - the check has refused it.
    device = ShownDevice(client.names.en[:80], request.cookies.get(_DEVICE_COOKIE, "")[:100], address)
    return await _act(parts, _Asking(form, client, typed, device))


async def _begin(request: Request, parts: Parts, asked: Mapping[str, str]) -> Response:
    hindi = _hindi(request, asked)
    client = await _client(parts, asked.get("client_id", ""))
    try:
        uri = checked_redirect_uri(client, asked)
    except Declined as error:
        return sorry_page(error.error, hindi=hindi)
    assert client is not None  # noqa: S101 - the check has refused it.
    try:
        wanted = checked_request(client, asked)
    except Declined as error:
        told = {"error": error.error, "error_description": error.description, "state": asked.get("state", "")}
        return _redirect(parts, uri, told)
    cookie = request.cookies.get(_FORM_COOKIE, "")
    if not _COOKIE.fullmatch(cookie):
        cookie = secrets.token_urlsafe(32)
    until = int(parts.clock.now().timestamp()) + _FORM_LIVES_S
    page = _page(parts, client, _Form(wanted, _browser(cookie), until, hindi))
    _set_cookie(parts, page, (_FORM_COOKIE, cookie), _FORM_LIVES_S)
    return page


async def _act(parts: Parts, asking: _Asking) -> Response:
    """Does what the pressed button says; a refusal is the page again, with a note."""
    form, client, act = asking.form, asking.client, asking.typed.get("do", "password")
    if act == "cancel":
        told = {"error": "access_denied", "error_description": "The person did not agree.", "state": form.request.state}
        return _redirect(parts, form.request.redirect_uri, told)
    try:
        if act == "send-code" and not form.challenge:
            return _page(parts, client, await _with_challenge(parts, asking))
        signed_in = await (_by_code(parts, asking) if form.challenge else _by_password(parts, asking))
    except ValueError:
        note = "not_a_code" if form.challenge else "not_a_phone"
        return _again(parts, asking, note)
    except Refusal as refusal:
        return _refused(parts, asking, refusal)
    code = await issue_code(parts.doorway, form.request, signed_in.session)
    reply = _redirect(parts, form.request.redirect_uri, {"code": code, "state": form.request.state})
    if signed_in.device_secret:
        _set_cookie(parts, reply, (_DEVICE_COOKIE, signed_in.device_secret), _DEVICE_KEPT_S)
    return reply


async def _with_challenge(parts: Parts, asking: _Asking) -> _Form:
    phone = as_mobile(asking.typed.get("phone", ""))
    command = SendCode(phone, Purpose.SIGN_IN, asking.device, asking.form.hindi)
    return msgspec.structs.replace(asking.form, challenge=await parts.send_code.handle(command))


async def _by_password(parts: Parts, asking: _Asking) -> SignedIn:
    phone = as_mobile(asking.typed.get("phone", ""))
    password = asking.typed.get("password", "")[:_LONGEST_PASSWORD]
    return await parts.by_password.handle(SignInByPassword(phone, password, asking.device))


async def _by_code(parts: Parts, asking: _Asking) -> SignedIn:
    code = as_code(asking.typed.get("code", ""))
    return await parts.by_code.handle(SignInByCode(CodeGuess(asking.form.challenge, code), asking.device))


def _refused(parts: Parts, asking: _Asking, refusal: Refusal) -> Response:
    waits = refusal.headers.get("retry-after", "1")
    if refusal.type.kind is Kind.TOO_MANY:
        page = _again(parts, asking, "wait", status=429, seconds=int(waits))
    elif refusal.type.kind is Kind.BUSY:
        page = _again(parts, asking, "busy", status=503)
    else:
        return _again(parts, asking, "wrong")
    page.headers["retry-after"] = waits
    return page


def _again(parts: Parts, asking: _Asking, note: str, *, status: int = 400, seconds: int = 0) -> Response:
    phone = "" if asking.form.challenge else asking.typed.get("phone", "")[:32]
    return _page(parts, asking.client, asking.form, note=(note, seconds, phone), status=status)


def _page(
    parts: Parts, client: Client, form: _Form, *, note: tuple[str, int, str] = ("", 0, ""), status: int = 200
) -> Response:
    said, seconds, phone = note
    sealed = urlsafe_b64encode(parts.sealer.seal(msgspec.json.encode(form).decode(), place=_PLACE)).decode()
    shown = Shown(
        hindi=form.hindi,
        client_name=client.names.hi if form.hindi else client.names.en,
        scope=form.request.scope,
        redirect_uri=form.request.redirect_uri,
        sealed=sealed,
        other_language=_in_other_language(form),
        phone=phone,
        note=said,
        seconds=seconds,
        code_sent=bool(form.challenge),
    )
    return sign_in_page(shown, status)


def _opened(request: Request, parts: Parts, sealed: str) -> _Form:
    try:
        text = parts.sealer.open(urlsafe_b64decode(sealed), place=_PLACE)
        form = msgspec.json.decode(text, type=_Form)
    except (ValueError, IndexError, Unsealable, msgspec.MsgspecError):
        raise _Stale from None
    cookie = request.cookies.get(_FORM_COOKIE, "")
    if form.browser != _browser(cookie) or form.until < parts.clock.now().timestamp():
        raise _Stale
    return form


def _browser(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


async def _client(parts: Parts, client_id: str) -> Client | None:
    async with parts.doorway.read() as connection:
        return await named_client(connection, client_id)


def _hindi(request: Request, asked: Mapping[str, str]) -> bool:
    for wanted in asked.get("ui_locales", "").lower().split():
        language = wanted.partition("-")[0]
        if language in {"hi", "en"}:
            return language == "hi"
    return speaks_hindi(request)


def _in_other_language(form: _Form) -> str:
    asked = form.request
    fields = {
        "response_type": "code",
        "client_id": str(asked.client_id),
        "redirect_uri": asked.redirect_uri,
        "scope": " ".join(asked.scope),
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": asked.code_challenge,
        "code_challenge_method": "S256",
        "ui_locales": "en" if form.hindi else "hi",
    }
    return "/oauth2/authorize?" + urlencode({name: value for name, value in fields.items() if value})


def _redirect(parts: Parts, uri: str, told: Mapping[str, str]) -> Response:
    """Sends the browser to the registered address; ``iss`` says who answers (RFC 9207)."""
    fields = {name: value for name, value in told.items() if value} | {"iss": parts.issuer.url}
    mark = "&" if urlsplit(uri).query else "?"
    headers = {"location": f"{uri}{mark}{urlencode(fields)}", "cache-control": "no-store"}
    return Response(status_code=303, headers=headers)


def _set_cookie(parts: Parts, reply: Response, cookie: tuple[str, str], seconds: int) -> None:
    reply.set_cookie(
        *cookie,
        max_age=seconds,
        path="/oauth2/authorize",
        secure=parts.issuer.url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
