"""Under which account PostgreSQL runs: it refuses root, and root's clone may lie where nobody else may look.

Not root: the own account. Root: the account that owns the cluster, else ``postgres``, else ``nobody``; none is made.
When that account cannot reach the binaries or the cluster (a home with mode 0700), the capability to pass through
directories goes with it, through setpriv of util-linux; its files stay its own.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sangathan_embedded.faults import EmbeddedFault

# access(2) drops capabilities of an account that is not root unless the fix-up is off, and PostgreSQL asks it.
_REACH = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup")


@dataclass(frozen=True, slots=True)
class Account:
    """How to start a program under the account: words before its command, and arguments for subprocess."""

    uid: int
    gid: int
    before: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def command(self, *words: str | Path) -> list[str]:
        """The whole command line."""
        return [*self.before, *map(str, words)]


def account_for(cluster: Path, programs: Path) -> Account:
    """The account for a cluster directory, which exists; raises EmbeddedFault when none can reach it."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    uid, gid = _unprivileged(cluster)
    if cluster.stat().st_uid != uid:
        os.chown(cluster, uid, gid)
    plain = Account(uid, gid, arguments={"user": uid, "group": gid, "extra_groups": ()})
    return plain if _reaches(plain, cluster, programs) else _with_reach(uid, gid, cluster, programs)


def _unprivileged(cluster: Path) -> tuple[int, int]:
    owner = cluster.stat()
    if owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    msg = "PostgreSQL does not run as root, and there is neither an account postgres nor nobody. Start as another user."
    raise EmbeddedFault(msg)


def _with_reach(uid: int, gid: int, cluster: Path, programs: Path) -> Account:
    setpriv = shutil.which("setpriv")
    if setpriv:
        words = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *_REACH, "--")
        account = Account(uid, gid, before=words)
        if _reaches(account, cluster, programs):
            return account
    name = pwd.getpwuid(uid).pw_name
    msg = (
        f"PostgreSQL does not run as root, and the account {name} cannot reach {cluster} and {programs}."
        " Put both where it can, such as below /srv, or start as another user."
    )
    raise EmbeddedFault(msg)


def _reaches(account: Account, cluster: Path, programs: Path) -> bool:
    check: Sequence[str] = account.command("/bin/sh", "-c", '"$1" --version && test -w "$2"', "sh")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command on our own paths.
            [*check, str(programs / "postgres"), str(cluster)],
            cwd="/",
            capture_output=True,
            check=False,
            timeout=30,
            **account.arguments,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
