"""Fetches what a benchmark runs beside us from PyPI, into an environment of its own."""

import shutil
import subprocess
import sys
from pathlib import Path


def environment(folder: Path, *packages: str) -> Path:
    """An environment with the packages, made anew; gives its interpreter."""
    python = folder / "bin" / "python"
    uv = shutil.which("uv")
    if uv:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", python, *packages], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    return python
