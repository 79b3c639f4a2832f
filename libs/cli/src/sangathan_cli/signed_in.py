"""Acting through the gateway as somebody who signs in: for commands that do what an office allows, and no more."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.known_device import KnownDevice
from sangathan_cli.places import not_running, setting
from sangathan_cli.run_state import running_state

PhoneOption = Annotated[str, typer.Option("--phone", help="Who signs in.", envvar="SANGATHAN_PHONE")]
OptionalPhone = Annotated[str, typer.Option("--phone", help="Who signs in.", envvar="SANGATHAN_PHONE")]
PasswordOption = Annotated[
    Path | None,
    typer.Option("--password-file", help="Where the password stands; asked for when left out.", dir_okay=False),
]
CodeOption = Annotated[
    str,
    typer.Option(
        "--code",
        help="What the authenticator app shows now, where a second factor is wanted; asked for when left out.",
        envvar="SANGATHAN_CODE",
    ),
]
AppointmentOption = Annotated[
    str,
    typer.Option(
        "--appointment", help="The office to act under, for who holds several.", envvar="SANGATHAN_APPOINTMENT"
    ),
]
_TIMEOUT: Final = httpx.Timeout(90.0, connect=5.0)
_PIECE: Final = 16_384


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who acts, and where."""

    data: Path
    phone: str
    password_file: Path | None
    appointment: str
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """The gateway, with somebody signed in."""

    http: httpx.Client
    code: str = field(default="", repr=False)

    def get(self, path: str) -> httpx.Response:
        """The answer; raises CliFault with what a problem says."""
        return checked(self.http.get(path))

    def post(self, path: str, chunks: "Chunks", headers: Mapping[str, str]) -> httpx.Response:
        """The answer to a body that is sent in pieces."""
        sized = {"Content-Type": "application/json", "Content-Length": str(len(chunks.body)), **headers}
        return self._vouched(lambda: self.http.post(path, content=iter(chunks), headers=sized))

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer to any request."""
        return self._vouched(lambda: self.http.request(method, path, **more))

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file in pieces as they come; raises CliFault when it breaks off, so that nobody takes a part for all."""
        try:
            with self._opened(path) as reply:
                yield from reply.iter_bytes()
        except httpx.TransportError as error:
            msg = f"The download broke off: {type(error).__name__}."
            raise CliFault(msg) from None

    @contextmanager
    def _opened(self, path: str) -> Iterator[httpx.Response]:
        with self.http.stream("GET", path) as reply:
            if reply.is_success:
                yield reply
                return
            reply.read()
            if not _wants_step_up(reply):
                checked(reply)
        self._step_up()
        with self.http.stream("GET", path) as reply:
            if not reply.is_success:
                reply.read()
            yield checked(reply)

    def _vouched(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Where the gateway wants a second factor, the code is shown and the request sent again."""
        reply = send()
        if _wants_step_up(reply):
            self._step_up()
            reply = send()
        return checked(reply)

    def _step_up(self) -> None:
        code = self.code or typer.prompt("Code of your authenticator app", err=True)
        token = checked(self.http.post("/v1/step-ups", json={"authenticator_code": code})).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"


@dataclass(slots=True)
class Chunks:
    """A body in pieces, so that whoever waits sees how far it has gone; it can be sent more than once."""

    body: bytes
    on_sent: Callable[[int], None] = lambda _so_far: None

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.body), _PIECE):
            yield self.body[start : start + _PIECE]
            self.on_sent(min(start + _PIECE, len(self.body)))


@contextmanager
def signed_in(who: SignIn) -> Iterator[Desk]:
    """The gateway with an access token, whose sign-in ends with the block."""
    if who.password_file is not None:
        password = who.password_file.read_text(encoding="utf-8").strip()
    else:
        password = os.environ.get("SANGATHAN_PASSWORD") or typer.prompt("Password", hide_input=True, err=True)
    with _client(who.data) as http:
        device = KnownDevice(str(http.base_url), who.phone)
        body = {"phone": who.phone, "password": password, "device": "sangathan", "device_token": device.token}
        entered = checked(_sent(http, "/v1/sign-in", body)).json()
        if entered.get("device_token"):
            device.keep(entered["device_token"])
        http.headers["Authorization"] = f"Bearer {entered['access_token']}"
        if who.appointment:
            http.headers["Sangathan-Appointment"] = who.appointment
        try:
            yield Desk(http, who.code)
        finally:
            http.post("/v1/sign-out", json={})


@contextmanager
def unsigned(data: Path) -> Iterator[Desk]:
    """The gateway with nobody signed in, for what is public."""
    with _client(data) as http:
        yield Desk(http)


def _client(data: Path) -> httpx.Client:
    """A client to whom refusals are told in Hindi where the terminal speaks it."""
    spoken = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    headers = {"Accept-Language": "hi" if spoken.lower().startswith("hi") else "en"}
    return httpx.Client(base_url=gateway_url(data), timeout=_TIMEOUT, trust_env=False, headers=headers)


def checked(reply: httpx.Response) -> httpx.Response:
    """The reply; raises CliFault with what the problem says."""
    if reply.is_success:
        return reply
    problem = reply.json() if "json" in reply.headers.get("content-type", "") else {}
    places = "".join(f"\n  {one['pointer']}: {one['detail']}" for one in problem.get("errors", []))
    stop = "।" if reply.headers.get("content-language") == "hi" else "."
    told = " ".join(filter(None, (f"{problem.get('title', '')}{stop}", problem.get("detail"))))
    msg = f"{reply.status_code} {told}{places}"
    raise CliFault(msg)


def _wants_step_up(reply: httpx.Response) -> bool:
    challenge = reply.headers.get("WWW-Authenticate", "")
    return reply.status_code == httpx.codes.UNAUTHORIZED and "insufficient_user_authentication" in challenge


def gateway_url(data: Path) -> str:
    """Where the gateway is: as set, else of the system that runs on this data folder."""
    if url := setting("gateway_url"):
        return url
    state = running_state(data)
    if state is None:
        raise not_running(data, "SANGATHAN_GATEWAY_URL")
    return state.gateway_url


def _sent(http: httpx.Client, path: str, body: Mapping[str, Any]) -> httpx.Response:
    try:
        return http.post(path, json=body)
    except httpx.TransportError as error:
        msg = f"The gateway at {http.base_url} does not answer: {type(error).__name__}."
        raise CliFault(msg, ExitCode.NOT_RUNNING) from None
