"""The whole system on one data directory: two servers and six processes, started and stopped in order."""

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import psutil

from sangathan_cli.child import Child, ChildSpec, entry_point, run_to_its_end
from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.run_state import (
    RunningProcess,
    RunState,
    end_left_behind,
    forget_run_state,
    read_run_state,
    write_run_state,
)
from sangathan_cli.supervisor import Part, Supervisor
from sangathan_embedded import EmbeddedServers
from sangathan_embedded.ports import LOOPBACK, answers, is_free
from sangathan_embedded.services import CARDS, DATABASES, PROCESSES

# The services' own cap for an orderly end is 20 s.
_STOP_WITHIN_S = 22.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a system is to run, and on which of the demo states."""

    data: Path
    port: int = 8000
    live_port: int = 8001
    scale: str = "small"

    @property
    def gateway_url(self) -> str:
        """Where people and programs call the system."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def live_url(self) -> str:
        """Where they listen to it."""
        return f"http://{LOOPBACK}:{self.live_port}"


class _Server(Protocol):
    name: str

    @property
    def pid(self) -> int | None: ...

    @property
    def port(self) -> int: ...

    def start(self, port: int) -> None: ...


class ServerPart:
    """An embedded server as a supervised part: it comes back on the port it had, where its clients look for it."""

    def __init__(self, server: _Server) -> None:
        self.name = server.name
        self.port = server.port
        self._server = server

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._server.pid

    def start(self) -> None:
        """Starts it again."""
        self._server.start(self.port)

    def ending(self) -> str:
        """How it ended, in words."""
        return "has died"


class System:
    """Servers, services and their supervisor."""

    def __init__(self, plan: Plan, tell: Callable[[str], None]) -> None:
        self.plan = plan
        self.servers = EmbeddedServers(plan.data)
        self.children: list[Child] = []
        self._tell = tell
        self._supervisor: Supervisor | None = None
        self._started_at = datetime.now(UTC).isoformat(timespec="seconds")

    def start_servers(self) -> None:
        """Starts both servers after ending what an earlier run left; raises a fault when a port is taken."""
        if self.plan.port == self.plan.live_port:
            msg = f"The gateway and the live edge cannot share port {self.plan.port}; give --live-port another one."
            raise CliFault(msg, ExitCode.USAGE)
        self.servers.claim()
        earlier = read_run_state(self.plan.data)
        if earlier and end_left_behind(earlier.processes):
            self._tell("Processes of an earlier run were still there and have been ended.")
        for port, option in ((self.plan.port, "--port"), (self.plan.live_port, "--live-port")):
            if not is_free(port):
                raise port_taken(port, option)
        self.servers.start()

    def migrate(self) -> None:
        """Brings every database to the newest revision, all at once: they share nothing but the server."""
        with ThreadPoolExecutor(len(DATABASES)) as pool:
            for done in [pool.submit(self.run_once, service, "migrate") for service in DATABASES]:
                done.result()

    def run_once(self, service: str, *words: str) -> None:
        """Runs one of a service's commands as the owner of its database, to its end."""
        environment = self.servers.owner_environment(service)
        log = self.servers.layout.logs / f"{service}-{words[0]}.log"
        command = (entry_point(f"sangathan-{service}"), *words)
        run_to_its_end(ChildSpec(f"{service} {words[0]}", command, environment, log))

    def start_services(self) -> None:
        """Starts the six processes and begins to watch over everything."""
        ports = self._choose_ports()
        for name in PROCESSES:
            child = Child(self._spec(name, ports))
            child.start()
            self.children.append(child)
        parts: list[Part] = [ServerPart(self.servers.postgres), ServerPart(self.servers.broker), *self.children]
        self._supervisor = Supervisor(parts, self._tell, self.record)
        self.record()
        self._supervisor.start()

    def restarts(self, name: str) -> int:
        """How often a process was started again."""
        return self._supervisor.restarts(name) if self._supervisor else 0

    def stop(self) -> None:
        """Stops services first, so that they can flush, then the broker, then the database."""
        if self._supervisor:
            self._supervisor.stop()
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + _STOP_WITHIN_S
        for child in self.children:
            child.stop(deadline - time.monotonic())
        if self._supervisor:
            # Only then is the file ours: another owner may have refused us the directory.
            forget_run_state(self.plan.data)
        self.servers.stop()

    def record(self) -> None:
        """Writes the run-state file."""
        plan, servers = self.plan, self.servers
        running = [(child.name, child.pid, child.port) for child in self.children]
        running += [(one.name, one.pid, one.port) for one in (servers.postgres, servers.broker)]
        created = {name: _created(pid) for name, pid, _ in running}
        processes = tuple(
            RunningProcess(name, pid, created[name], port, self.restarts(name))
            for name, pid, port in running
            if pid is not None and created[name]
        )
        urls = (plan.gateway_url, plan.live_url, servers.nats_url)
        write_run_state(plan.data, RunState(os.getpid(), self._started_at, plan.scale, *urls, processes))

    def _choose_ports(self) -> dict[str, int]:
        ports = {name: self.servers.port(name) for name in DATABASES}
        return {**ports, "gateway": self.plan.port, "live": self.plan.live_port}

    def _spec(self, name: str, ports: Mapping[str, int]) -> ChildSpec:
        environment = {
            **self.servers.environment(name),
            "SANGATHAN_HOST": LOOPBACK,
            "SANGATHAN_PORT": str(ports[name]),
        }
        if name in {"identity", CARDS}:
            environment["SANGATHAN_PUBLIC_URL"] = self.plan.gateway_url
        if name == "gateway":
            environment |= {f"SANGATHAN_{one.upper()}_URL": f"http://{LOOPBACK}:{ports[one]}" for one in DATABASES}
            environment["SANGATHAN_LIVE_PUBLIC_URL"] = f"ws://{LOOPBACK}:{self.plan.live_port}/live"
        command = (entry_point(f"sangathan-{name}"), "serve")
        return ChildSpec(name, command, environment, self.servers.layout.logs / f"{name}.log", ports[name])


def _created(pid: int | None) -> float:
    """When a process was made; 0 when it has gone."""
    try:
        return float(psutil.Process(pid).create_time()) if pid else 0.0
    except psutil.Error:
        return 0.0


def port_taken(port: int, option: str) -> CliFault:
    """The fault that says who listens there, if that can be seen, and what to do."""
    who = "another program listens there" if answers(port) else "another program holds it"
    sentence = f"Port {port} is taken: {who}. Stop it, or choose another port with {option}."
    return CliFault(sentence, ExitCode.CANNOT_START)
