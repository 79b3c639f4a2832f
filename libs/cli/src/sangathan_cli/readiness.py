"""Asks the processes whether they are ready, once or until all of them are."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from sangathan_cli.child import Child, last_words
from sangathan_cli.faults import CliFault
from sangathan_embedded.ports import LOOPBACK

_ASK_WITHIN_S = 3.0
_HOPELESS_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Health:
    """One process's own answer: ready or not, and each check with 'ok' or what is wrong."""

    ready: bool
    checks: Mapping[str, str] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """What is wrong, in one line; empty when nothing is."""
        return "; ".join(f"{name}: {said}" for name, said in self.checks.items() if said != "ok")


def ask(port: int, host: str = LOOPBACK) -> Health:
    """Asks the process on a port."""
    return ask_url(f"http://{host}:{port}")


def ask_url(url: str) -> Health:
    """Asks the process at a base URL."""
    try:
        reply = httpx.get(f"{url}/readyz", timeout=_ASK_WITHIN_S, trust_env=False)
    except httpx.HTTPError as error:
        return Health(ready=False, checks={"answer": f"none ({type(error).__name__})"})
    return Health(ready=reply.status_code == 200, checks=_checks(reply))


def _checks(reply: httpx.Response) -> dict[str, str]:
    try:
        said = reply.json().get("checks", {})
        return {str(name): str(text) for name, text in said.items()}
    except (ValueError, AttributeError):
        return {} if reply.status_code == 200 else {"answer": f"status {reply.status_code}"}


def wait_ready(
    children: list[Child],
    restarts: Callable[[str], int],
    show: Callable[[str, str], None],
    timeout_s: float = 180.0,
) -> None:
    """Returns when every child is ready; ``show`` hears each one's state. Raises CliFault when one cannot become it."""
    deadline = time.monotonic() + timeout_s
    waiting = {child.name: child for child in children}
    while waiting:
        for name, child in list(waiting.items()):
            health = ask(child.port)
            if health.ready:
                show(name, "ready")
                del waiting[name]
                continue
            show(name, health.why)
            _give_up_on(child, restarts(name), health, overdue=time.monotonic() > deadline)
        time.sleep(0.1)


def _give_up_on(child: Child, restarts: int, health: Health, *, overdue: bool) -> None:
    if restarts >= _HOPELESS_RESTARTS:
        msg = f"{child.name} does not start: {last_words(child.spec.log)} (see {child.spec.log})"
        raise CliFault(msg)
    if overdue:
        msg = f"{child.name} did not become ready: {health.why} (see {child.spec.log})"
        raise CliFault(msg)
