"""Fetches the programs that a benchmark runs beside us from Debian, when they are missing."""

import shutil
import subprocess

from sangathan_bench.figures import Figures


def fetch(figures: Figures, *programs: str) -> None:
    """Installs the packages of the same names as the programs that are not there yet."""
    missing = [name for name in programs if shutil.which(name) is None]
    if not missing:
        return
    figures.say(f"fetching {', '.join(missing)} from Debian")
    subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *missing], check=True, stdout=subprocess.DEVNULL
    )
