"""OpenID Connect for applications: what is offered here, the token endpoint, who has signed in, and tokens' fates."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from pydantic import Field

from sangathan_chassis.edge import declares, edge_router
from sangathan_chassis.replies import json_reply
from sangathan_identity.api.fields import Reply
from sangathan_identity.api.forms import form_body, read_form, shown_client
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.sign_in import HeldOut
from sangathan_identity.commands.exchange_code import ExchangeCode
from sangathan_identity.commands.known_client import ShownClient, known_client
from sangathan_identity.commands.refresh_client_tokens import RefreshClientTokens
from sangathan_identity.commands.revoke_client_token import RevokeClientToken, revoke_client_token
from sangathan_identity.commands.take_service_token import TakeServiceToken, TokenTaken
from sangathan_identity.domain.openid import SCOPES, Declined
from sangathan_identity.domain.service_tokens import ServiceToken
from sangathan_identity.queries.client_grants import good_service_token
from sangathan_identity.queries.client_tokens import good_token, user_info

router = edge_router(tags=["openid"])

_GRANT_TYPES: Final = "grant_type takes authorization_code, refresh_token, client_credentials."
_WAYS: Final = ["client_secret_basic", "client_secret_post"]
_CLIENT_ID: Final = "The application's id; with a secret it may stand in the Authorization header (Basic) instead."
_CLIENT_SECRET: Final = "The application's secret, unless it stands in the header or there is none."  # noqa: S105 - prose.


class ProviderOut(Reply):
    """What is offered here (OpenID Connect Discovery; RFC 8414)."""

    issuer: str = Field(examples=["https://sangathan.example"])
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    introspection_endpoint: str
    revocation_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    claims_supported: list[str]
    acr_values_supported: list[str]
    ui_locales_supported: list[str]
    prompt_values_supported: list[str]
    authorization_response_iss_parameter_supported: bool
    request_parameter_supported: bool
    request_uri_parameter_supported: bool
    claims_parameter_supported: bool


class TokensOut(Reply):
    """Tokens of an application (RFC 6749, section 5.1; OpenID Connect Core, section 3.1.3.3)."""

    access_token: str = Field(
        description="Good for `/oauth2/userinfo` alone; a service's is good at this interface, for what it was granted."
    )
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(examples=[600])
    scope: str = Field(description="For a service, the actions it is good for.", examples=["openid profile"])
    id_token: str | None = Field(
        default=None, description="Who has signed in; a JWT signed with RS256. None for a service's own credentials."
    )
    refresh_token: str | None = Field(default=None, description="Only with the scope offline_access.")


class OAuthErrorOut(Reply):
    """A refusal as OAuth has it (RFC 6749, section 5.2)."""

    error: str = Field(examples=["invalid_grant"])
    error_description: str = Field(default="", description="What would be accepted.")


class UserInfoOut(Reply):
    """Who has signed in."""

    sub: str = Field(description="The person's id, the same for every application and for ever.")
    name: str | None = Field(default=None, description="With the scope profile: the name in English.")
    name_hi: str | None = Field(default=None, alias="name#hi", description="With the scope profile: the name in Hindi.")
    offices: list[HeldOut] | None = Field(default=None, description="With the scope offices: those held now.")


class IntrospectionOut(Reply):
    """What a token says (RFC 7662); for one that is good for nothing, and for another's, only that it is not active."""

    active: bool
    client_id: str | None = None
    sub: str | None = None
    scope: str | None = None
    token_type: str | None = None
    iat: int | None = None
    exp: int | None = None
    iss: str | None = None
    sid: str | None = None
    grant_id: str | None = Field(default=None, description="Of a service's token: the grant that it stands for.")


def _refused(**meanings: str) -> dict[int | str, dict[str, Any]]:
    """Documented refusals in OAuth's own form."""
    return {
        int(name.removeprefix("_")): {"description": text, "model": OAuthErrorOut} for name, text in meanings.items()
    }


def _with_form(action: str, body: dict[str, Any]) -> dict[str, Any]:
    declared = declares(action, opens="nothing", any_query=True)
    return {"openapi_extra": {**declared["openapi_extra"], **body}}


def declined(error: Declined) -> Response:
    """The refusal in OAuth's own form; one about the application itself is a 401 (RFC 6749, section 5.2)."""
    body = {"error": error.error, "error_description": error.description}
    if error.error != "invalid_client":
        return json_reply(body, 400)
    return json_reply(body, 401, {"www-authenticate": 'Basic realm="sangathan", charset="UTF-8"'})


@router.get(
    "/.well-known/openid-configuration",
    summary="Read what this OpenID provider offers",
    response_model=ProviderOut,
    **declares("openid.read", opens="nothing", any_query=True),
)
async def read_provider(parts: PartsDep) -> Response:
    """Gives every address and everything else that an OpenID client library asks for."""
    return _provider(parts.issuer.url)


@router.get(
    "/.well-known/oauth-authorization-server",
    summary="Read what this authorization server offers",
    response_model=ProviderOut,
    **declares("openid.read", opens="nothing", any_query=True),
)
async def read_authorization_server(parts: PartsDep) -> Response:
    """Gives the same, at the place where OAuth libraries look (RFC 8414)."""
    return _provider(parts.issuer.url)


def _provider(url: str) -> Response:
    offered = {
        "issuer": url,
        "authorization_endpoint": f"{url}/oauth2/authorize",
        "token_endpoint": f"{url}/oauth2/token",
        "userinfo_endpoint": f"{url}/oauth2/userinfo",
        "jwks_uri": f"{url}/v1/jwks",
        "introspection_endpoint": f"{url}/oauth2/introspect",
        "revocation_endpoint": f"{url}/oauth2/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": [*_WAYS, "none"],
        "introspection_endpoint_auth_methods_supported": _WAYS,
        "revocation_endpoint_auth_methods_supported": [*_WAYS, "none"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            *("iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"),
            *("name", "name#hi", "offices"),
        ],
        "acr_values_supported": ["1", "2"],
        "ui_locales_supported": ["hi", "en"],
        "prompt_values_supported": ["none", "login", "consent"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }
    return json_reply(offered, headers={"cache-control": "public, max-age=300"})


@router.post(
    "/oauth2/token",
    summary="Exchange a code, a refresh token or a service's own credentials",
    response_model=TokensOut,
    responses=_refused(_400="The grant is not good, or the request is not.", _401="The application is not known."),
    **_with_form(
        "client.token",
        form_body(
            ("grant_type",),
            grant_type="authorization_code, refresh_token or client_credentials.",
            code="The code, for authorization_code.",
            redirect_uri="The address that the code came to.",
            code_verifier="The verifier of PKCE (RFC 7636).",
            refresh_token="The newest refresh token, for refresh_token.",  # noqa: S106 - prose.
            scope="For client_credentials: the actions wanted, by spaces; all that was granted when left out.",
            grant_id="For client_credentials: the grant to act under; may be left out where there is but one.",
            client_id=_CLIENT_ID,
            client_secret=_CLIENT_SECRET,
        ),
    ),
)
async def exchange_grant(request: Request, parts: PartsDep) -> Response:
    """Gives an application its tokens, and another system one of ten minutes for what it was granted.

    A code serves once; shown again, it ends the sign-in. A refresh token is rotated: within 30 seconds the same answer
    is repeated, shown later it ends the sign-in.
    """
    try:
        form = await read_form(request)
        client = shown_client(request, form)
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            taking = TakeServiceToken(client, form.get("scope", ""), form.get("grant_id", ""))
            return _service_answer(await parts.take_service_token.handle(taking))
        if kind == "authorization_code":
            command = ExchangeCode(
                client, form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", "")
            )
            answer = await parts.exchange_code.handle(command)
        elif kind == "refresh_token":
            answer = await parts.refresh_client.handle(RefreshClientTokens(client, form.get("refresh_token", "")))
        else:
            return declined(Declined("unsupported_grant_type", _GRANT_TYPES))
    except Declined as error:
        return declined(error)
    body = {
        "access_token": answer.access_token,
        "token_type": "Bearer",
        "expires_in": answer.expires_in,
        "scope": answer.scope,
        "id_token": answer.id_token,
    }
    if answer.refresh_token is not None:
        body["refresh_token"] = answer.refresh_token
    return json_reply(body)


def _service_answer(taken: TokenTaken) -> Response:
    """RFC 6749, section 4.4.3: no refresh token, since the credentials themselves are at hand."""
    return json_reply(
        {
            "access_token": taken.access_token,
            "token_type": "Bearer",
            "expires_in": taken.expires_in,
            "scope": taken.scope,
        }
    )


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


_USER_INFO: Final[dict[str, Any]] = {
    "response_model": UserInfoOut,
    "responses": _refused(_401="The access token is not one of an application, or no longer good."),
}


async def _user_info(parts: PartsDep, token: Annotated[str, Depends(_bearer)]) -> Response:
    async with parts.doorway.read() as connection:
        claims = await user_info(connection, token, parts.clock.now())
    if claims is not None:
        return json_reply(claims)
    challenge = 'Bearer realm="sangathan"' + (', error="invalid_token"' if token else "")
    return json_reply({"error": "invalid_token"}, 401, {"www-authenticate": challenge})


@router.get(
    "/oauth2/userinfo",
    summary="Read who has signed in",
    **_USER_INFO,
    **declares("openid.userinfo", opens="nothing", any_query=True),
)
async def read_user_info(reply: Annotated[Response, Depends(_user_info)]) -> Response:
    """Gives the person behind an application's access token, as far as they agreed; a person's own token reads nothing
    here."""
    return reply


@router.post(
    "/oauth2/userinfo",
    summary="Read who has signed in, by POST",
    **_USER_INFO,
    **declares("openid.userinfo", opens="nothing", any_query=True),
)
async def post_user_info(reply: Annotated[Response, Depends(_user_info)]) -> Response:
    """Gives the same as by GET, as OpenID Connect asks of every provider."""
    return reply


@router.post(
    "/oauth2/introspect",
    summary="Ask whether a token is good",
    response_model=IntrospectionOut,
    responses=_refused(_400="The request is not good.", _401="The application is not known, or keeps no secret."),
    **_with_form(
        "client.introspect",
        form_body(("token",), token="The token.", client_id=_CLIENT_ID, client_secret=_CLIENT_SECRET),  # noqa: S106
    ),
)
async def introspect_token(request: Request, parts: PartsDep) -> Response:
    """Says what a token of the asking application is good for; every other token reads like none."""
    try:
        form = await read_form(request)
        client = shown_client(request, form)
        async with parts.doorway.read() as connection:
            found = await _introspected(connection, client, form.get("token", ""), parts)
    except Declined as error:
        return declined(error)
    return json_reply(found)


async def _introspected(connection: Any, shown: ShownClient, token: str, parts: Any) -> dict[str, Any]:
    now = parts.clock.now()
    client = await known_client(connection, shown, now)
    if client.secret_hash is None:
        raise Declined("invalid_client", "Only an application with a secret may ask.")
    service = await good_service_token(connection, token, now)
    if service is not None and service.client_id == client.id:
        return _about_service(service, parts.issuer.url)
    good = await good_token(connection, token, now)
    if good is None or good[0].client_id != client.id:
        return {"active": False}
    kept, person_id = good
    return {
        "active": True,
        "client_id": str(client.id),
        "sub": str(person_id),
        "scope": kept.scope,
        "token_type": "Bearer",
        "iat": int(kept.issued_at.timestamp()),
        "exp": int(kept.expires_at.timestamp()),
        "iss": parts.issuer.url,
        "sid": str(kept.session_id),
    }


def _about_service(token: ServiceToken, issuer: str) -> dict[str, Any]:
    return {
        "active": True,
        "client_id": str(token.client_id),
        "sub": str(token.client_id),
        "scope": token.scope,
        "token_type": "Bearer",
        "iat": int(token.issued_at.timestamp()),
        "exp": int(token.expires_at.timestamp()),
        "iss": issuer,
        "sid": str(token.id),
        "grant_id": str(token.grant_id),
    }


@router.post(
    "/oauth2/revoke",
    summary="Give a token back",
    responses=_refused(_400="The request is not good.", _401="The application is not known."),
    **_with_form(
        "client.revoke",
        form_body(("token",), token="The token.", client_id=_CLIENT_ID, client_secret=_CLIENT_SECRET),  # noqa: S106
    ),
)
async def revoke_token(request: Request, parts: PartsDep) -> Response:
    """Ends an access token, or with a refresh token the whole sign-in; a token that is unknown is none any more."""
    try:
        form = await read_form(request)
        command = RevokeClientToken(shown_client(request, form), form.get("token", ""))
        await revoke_client_token(parts.doorway, command)
    except Declined as error:
        return declined(error)
    return json_reply({})
