"""Where the command line speaks: people read the console, machines read JSON on standard output."""

import json
from typing import Any

from rich.console import Console

# rich honours NO_COLOR and writes no colour into a pipe by itself.
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, and nothing else there."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))
