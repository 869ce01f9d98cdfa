"""Makes a built folder as small and as quick to import as it can be: `python slim.py FOLDER --at /opt/python`.

What no function uses is taken out, botocore's data is cut to the services that `tandem.aws` talks to (all of their
operations stay), and every module is compiled. It runs by itself, before anything is installed: standard library only.
"""

import argparse
import ast
import gzip
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # `sam build` runs it from a copy of one folder

from infra.build import compiling

SERVICES = (
    *("apigatewaymanagementapi", "bedrock-runtime", "cognito-idp", "comprehend", "dynamodb"),
    *("s3", "sqs", "ssm", "transcribe"),
)
"""What `tandem.aws` makes clients of."""

DATA = ("endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json")
MODELS = ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2")
UNUSED_FOLDERS = ("*.dist-info", "*.egg-info", "__pycache__", "bin", "tests", "test")
UNUSED_FILES = ("*.pyi", "py.typed", "*.rst", "*.md")

# botocore verifies nothing but AWS's own endpoints. These chain to Amazon's roots, which Starfield's cross-signs, and
# in China to DigiCert's; reading the other hundred costs every new connection ten milliseconds.
ROOTS = ("Amazon Root CA", "Starfield", "DigiCert")


IMPORTED_LATE = (
    "aws_lambda_powertools/event_handler/__init__.py",
    "aws_lambda_powertools/utilities/data_classes/__init__.py",
)
"""Packages that import each of their modules for whoever needs one: forty kinds of events, nine of resolvers."""

_LATE = '''"""{documentation}"""

import importlib

_FROM = {names!r}

__all__ = {exported!r}


def __getattr__(name):
    if name not in _FROM:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    found = globals()[name] = getattr(importlib.import_module(_FROM[name], __name__), name)
    return found
'''


DOCSTRINGS = ("ClientMethodDocstring", "PaginatorDocstring", "WaiterDocstring")
_UNDOCUMENTED = '''"""The models here are not documented: there is nothing to write."""


class Docstring(str):
    def __new__(cls, **_):
        return super().__new__(cls)


{names} = Docstring
'''


class Unbuildable(Exception):
    """What was installed is not what this build knows; the message says where."""


def slim(folder: Path, at: str, python: Path) -> None:
    """Slim and compile `folder`, which a function will find at the path `at`."""
    drop_unused(folder)
    if (folder / "botocore").is_dir():
        cut_botocore(folder / "botocore")
    for package in IMPORTED_LATE:
        if (folder / package).is_file():
            import_late(folder / package)
    compiling.compile_all(folder, at, python)


def drop_unused(folder: Path) -> None:
    """Remove what is only of use to installers, type checkers and readers."""
    for pattern in UNUSED_FOLDERS:
        for found in list(folder.rglob(pattern)):
            if found.is_dir():
                shutil.rmtree(found)
    for pattern in UNUSED_FILES:
        for found in list(folder.rglob(pattern)):
            found.unlink()


def import_late(package: Path) -> None:
    """Let a package's `__init__.py`, which does nothing but import names, import each when it is first asked for."""
    tree = ast.parse(package.read_text())
    _, *imports, last = tree.body
    froms = [one for one in imports if isinstance(one, ast.ImportFrom)]
    names = {alias.name: "." * one.level + (one.module or "") for one in froms for alias in one.names}
    exported = ast.literal_eval(last.value) if isinstance(last, ast.Assign) else []
    if froms != imports or not exported or not set(exported) <= set(names):
        raise Unbuildable(f"{package.parent.name} does more than to import what it exports")
    package.write_text(_LATE.format(documentation=ast.get_docstring(tree), names=names, exported=exported))


def cut_botocore(botocore: Path) -> None:
    """Leave the data of the services in use, the newest version of each, without its documentation."""
    data = botocore / "data"
    _keep(data, (*SERVICES, *DATA))
    for service in SERVICES:
        versions = sorted(path for path in (data / service).iterdir() if path.is_dir())
        if not versions:
            raise Unbuildable(f"botocore has no data for {service}")
        for old in versions[:-1]:
            shutil.rmtree(old)
        _rewrite_models(versions[-1])
    write_no_docstrings(botocore / "docs")
    endpoints = data / "endpoints.json"
    endpoints.write_text(_compact(_trimmed(_read(endpoints))))
    certificates = botocore / "cacert.pem"
    certificates.write_text("\n".join(_own_roots(certificates.read_text())))


def write_no_docstrings(docs: Path) -> None:
    """Of what writes documentation leave what clients ask for: the rest is a parser of HTML and two dozen modules."""
    kept = {name: docs / f"{name}.py" for name in ("__init__", "docstring", "utils")}
    defined = {node.name for node in ast.parse(kept["docstring"].read_text()).body if isinstance(node, ast.ClassDef)}
    imported = {node.module for node in ast.parse(kept["utils"].read_text()).body if isinstance(node, ast.ImportFrom)}
    if not set(DOCSTRINGS) <= defined or any("botocore" in (module or "") for module in imported):
        raise Unbuildable("botocore writes its documentation otherwise")
    kept["__init__"].write_text("")
    kept["docstring"].write_text(_UNDOCUMENTED.format(names=" = ".join(DOCSTRINGS)))
    for found in list(docs.iterdir()):
        if found.is_dir():
            shutil.rmtree(found)
        elif found not in kept.values():
            found.unlink()


def _keep(folder: Path, names: tuple[str, ...]) -> None:
    for entry in list(folder.iterdir()):
        if entry.name.removesuffix(".gz") in names:
            _unpack(entry)
        elif entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _unpack(path: Path) -> None:
    if path.suffix == ".gz":
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()


def _rewrite_models(version: Path) -> None:
    for entry in list(version.iterdir()):
        model = entry.name.removesuffix(".gz").removesuffix(".json")
        if model in MODELS:
            document = _read(entry)
            (version / f"{model}.json").write_text(_compact(_undocumented(document)))
        if entry.name != f"{model}.json" or model not in MODELS:
            entry.unlink()
    for model in ("service-2", "endpoint-rule-set-1"):
        if not (version / f"{model}.json").is_file():
            raise Unbuildable(f"botocore has no {model} in {version.parent.name}/{version.name}")


def _read(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


def _compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def _undocumented(value: Any, key: str = "") -> Any:
    """The model without the texts for readers. A shape's member that is called so is an object, and stays."""
    if isinstance(value, dict):
        return {
            name: _undocumented(inner, name)
            for name, inner in value.items()
            if not (name in ("documentation", "documentationUrl") and isinstance(inner, str) and key != "members")
        }
    return [_undocumented(inner) for inner in value] if isinstance(value, list) else value


def _trimmed(endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in SERVICES if name in services}
    return endpoints


def _own_roots(bundle: str) -> Iterator[str]:
    found = set()
    for entry in re.split(r"(?m)^(?=# Issuer: )", bundle):
        issuer = entry.partition("\n")[0]
        for root in ROOTS:
            if root in issuer:
                found.add(root)
                yield entry.strip() + "\n"
    if missing := set(ROOTS) - found:
        raise Unbuildable(f"botocore's certificates lack {', '.join(sorted(missing))}")


def main() -> None:
    """Slim the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", required=True, help="where a function finds the folder, for tracebacks")
    chosen = parser.parse_args()
    try:
        slim(chosen.folder, chosen.at, compiling.lambda_python())
    except (Unbuildable, compiling.PythonMissing) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
