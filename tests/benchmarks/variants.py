"""The variants that are compared: where each one's packages are, and which module answers which request."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.build.slim import slim

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".build/bench"
PINNED = ROOT / "layers/dependencies/requirements.txt"
PEERS = ROOT / "requirements/bench.txt"


@dataclass(frozen=True)
class Variant:
    """One side of the comparison: its import path, and its module for each request."""

    name: str
    path: tuple[Path, ...]
    modules: dict[str, str]


def prepare() -> list[Variant]:
    """Install what each variant needs into a folder of its own, build ours as it is deployed, compile the others."""
    ours = {name: f"functions.telephony.{name}_call" for name in ("initiate", "get")}
    peers = "tests.benchmarks.peers"
    cookbook = {name: f"{peers}.cookbook_{name}" for name in ("initiate", "get")}
    runtime = _installed("runtime", ())
    return [
        Variant("floor", (_sources(BUILT / "floor"),), dict.fromkeys(("initiate", "get"), f"{peers}.floor")),
        Variant("ours", _shipped(), ours),
        Variant("ours, as in the repository", (ROOT, ROOT / "layers/shared", runtime), ours),
        Variant("cookbook", (_sources(BUILT / "cookbook"), _installed("cookbook", COOKBOOK)), cookbook),
        Variant(
            "fastapi",
            (_sources(BUILT / "fastapi"), _installed("fastapi", FASTAPI)),
            dict.fromkeys(("initiate", "get"), f"{peers}.fastapi_app"),
        ),
    ]


COOKBOOK = ("aws-xray-sdk", "aws-lambda-env-modeler", "boto3")
FASTAPI = ("boto3", "fastapi", "mangum")


def _installed(name: str, packages: tuple[str, ...]) -> Path:
    """A folder with our pinned packages and these, at the benchmark's pins; kept while the pins stand."""
    folder = BUILT / "packages" / name
    facts = json.dumps([sys.version, PINNED.read_text(), PEERS.read_text(), packages])
    marker = folder.with_suffix(".pins")
    if marker.is_file() and marker.read_text() == facts:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "pip", "install", "--quiet", "--link-mode", "copy", "--python", sys.executable]
    subprocess.run([*command, "--target", str(folder), "-r", str(PINNED), "-c", str(PEERS), *packages], check=True)
    subprocess.run([sys.executable, "-m", "compileall", "-q", folder], check=False)  # as pip does
    marker.write_text(facts)
    return folder


def _shipped() -> tuple[Path, ...]:
    """Ours, through the build that deployment uses, for this machine's Python."""
    layer, own = BUILT / "ours/dependencies", BUILT / "ours/own"
    shutil.rmtree(BUILT / "ours", ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "Makefile")
    shutil.copytree(_installed("runtime", ()), layer, ignore=ignored)
    shutil.copytree(ROOT / "layers/shared/tandem", own / "tandem", ignore=ignored)
    shutil.copytree(ROOT / "functions", own / "functions", ignore=ignored)
    for folder in (layer, own):
        slim(folder, "/opt/python", Path(sys.executable))
    return own, layer


def _sources(folder: Path) -> Path:
    """The benchmark's own modules, compiled, on a path without anything else of the repository."""
    own = folder / "own"
    shutil.rmtree(own, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("peers", "work.py"):
        source, target = ROOT / "tests/benchmarks" / name, own / "tests/benchmarks" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target, ignore=ignored) if source.is_dir() else shutil.copy(source, target)
    (own / "tests/__init__.py").touch()
    (own / "tests/benchmarks/__init__.py").touch()
    subprocess.run([sys.executable, "-m", "compileall", "-q", own], check=True)
    return own
