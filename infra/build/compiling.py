"""Compiling what is shipped, with the Python that will run it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VERSION = (3, 13)
"""Of the functions' runtime: a .pyc of another minor version is ignored."""


class PythonMissing(Exception):
    """The runtime's Python is not installed here."""

    def __init__(self) -> None:
        wanted = ".".join(map(str, VERSION))
        super().__init__(
            f"python{wanted} is needed: functions run it, and only it can compile for them. Put it on PATH."
        )


def lambda_python() -> Path:
    """The interpreter of the functions' minor version. Raises PythonMissing."""
    for candidate in _candidates():
        if _version(candidate) == VERSION:
            return candidate
    raise PythonMissing


def compile_all(folder: Path, at: str, python: Path) -> None:
    """Put a .pyc beside every .py that is believed without looking at the source.

    Packaging sets the files' dates to 1980 and the functions' disk is read-only: a .pyc that is checked by date would
    be thrown away and made again at every cold start, which takes longer than everything else.
    """
    options = ["-q", "-f", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", at]
    subprocess.run([str(python), "-m", "compileall", *options, str(folder)], check=True)  # noqa: S603


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable)
    name = "python" + ".".join(map(str, VERSION))
    for folder in os.get_exec_path():
        if found := shutil.which(name, path=folder):
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from sorted(pyenv.glob(".".join(map(str, VERSION)) + "*/bin/python"), reverse=True)


def _version(python: Path) -> tuple[int, ...]:
    # A version manager's shim may be on PATH without anything behind it.
    told = subprocess.run(  # noqa: S603
        [str(python), "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
    )
    return tuple(int(part) for part in told.stdout.split())
