"""What the routes find in ``app.state.parts``: the handlers and means that `main` has put together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from sangathan_chassis.clock import Clock
from sangathan_chassis.health import Check
from sangathan_chassis.pages import CursorCodec
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.service import Task
from sangathan_identity.commands import (
    add_authenticator,
    change_password,
    enrol_device,
    exchange_code,
    refresh_client_tokens,
    refresh_tokens,
    reset_password,
    send_code,
    sign_in_by_code,
    sign_in_by_device,
    sign_in_by_passkey,
    sign_in_by_password,
    step_up,
    take_service_token,
)
from sangathan_identity.commands.client_answer import Issuer
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.number_pace import NumberPace
from sangathan_identity.domain.ports import Ceremonies


@dataclass(frozen=True, slots=True)
class Parts:
    """Identity's own objects; ``jobs`` run beside the routes, ``checks`` are asked by readiness."""

    sealer: Sealer
    clock: Clock
    cursors: CursorCodec
    doorway: Doorway
    numbers: NumberPace
    ceremonies: Ceremonies
    public_keys: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]]
    by_password: sign_in_by_password.Handler
    send_code: send_code.Handler
    by_code: sign_in_by_code.Handler
    by_passkey: sign_in_by_passkey.Handler
    by_device: sign_in_by_device.Handler
    enrol_device: enrol_device.Handler
    refresh: refresh_tokens.Handler
    step_up: step_up.Handler
    change_password: change_password.Handler
    reset_password: reset_password.Handler
    confirm_authenticator: add_authenticator.Confirmation
    issuer: Issuer
    exchange_code: exchange_code.Handler
    refresh_client: refresh_client_tokens.Handler
    take_service_token: take_service_token.Handler
    jobs: Sequence[Task]
    checks: Mapping[str, Check]


async def _parts(request: Request) -> Parts:
    return request.app.state.parts  # type: ignore[no-any-return]  # Starlette's state is untyped.


PartsDep = Annotated[Parts, Depends(_parts)]
