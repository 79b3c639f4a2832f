"""The options that several commands share, spelled once."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[Path, typer.Option("--data", help="The data directory.", envvar="SANGATHAN_DATA")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="Where the gateway listens.")]
LivePortOption = Annotated[int, typer.Option("--live-port", min=1, max=65535, help="Where the live edge listens.")]

DEFAULT_DATA = Path(".sangathan")


def examples(*lines: str) -> str:
    """The end of a command's help: every line an example that works when pasted."""
    return "\n\n".join(("Examples:", *(f"  $ {line}" for line in lines)))
