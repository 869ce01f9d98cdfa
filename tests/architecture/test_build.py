"""What the build ships: small, compiled for the functions' Python, and complete."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import botocore
import pytest

from infra.build.compiling import lambda_python
from infra.build.slim import DATA, IMPORTED_LATE, SERVICES, Unbuildable, cut_botocore, write_no_docstrings
from tests.architecture.test_layout import FUNCTIONS

ROOT = Path(__file__).parents[2]
LARGEST_ZIP = 10 * 1024 * 1024
AARCH64 = 0xB7
"""The processor in an ELF header."""

CLIENT = re.compile(r'_client\(\s*"([\w-]+)"')
CALLED = {name.replace("-", "_"): name for name in SERVICES} | {"sockets": "apigatewaymanagementapi"}
"""Services by what `tandem.aws` calls them."""
OPERATION = re.compile(rf"({'|'.join(CALLED)})\(\)\.(\w+)\(|_(?:call|raw)\(\s*\"(\w+)\"")

# Run by the functions' Python: the hash in a .pyc depends on its magic number.
CHECK = """
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
UNCHECKED_HASH = 0b01
for source in Path(sys.argv[1]).rglob("*.py"):
    compiled = Path(cache_from_source(str(source)))
    wanted = MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little") + source_hash(source.read_bytes())
    valid = compiled.is_file() and compiled.read_bytes()[:16] == wanted
    print("valid" if valid else "invalid", source)
"""
CLIENTS = """
import json, sys
import botocore.session
methods = {}
for service in sys.argv[1:]:
    client = botocore.session.get_session().create_client(service, region_name="eu-west-1")
    methods[service] = sorted(client.meta.method_to_api_mapping)
    host = {"apigatewaymanagementapi": "execute-api"}.get(service, service)
    assert client.meta.endpoint_url == f"https://{host}.eu-west-1.amazonaws.com", client.meta.endpoint_url
print(json.dumps(methods))
"""

UNDOCUMENTED = """
import json, sys
import botocore.session
client = botocore.session.get_session().create_client("dynamodb", region_name="eu-west-1")
paginator = client.get_paginator("query")
waiter = client.get_waiter("table_exists")
assert "html.parser" not in sys.modules
modules = sorted(name for name in sys.modules if name.startswith("botocore.docs"))
doc = client.get_item.__doc__ + paginator.paginate.__doc__ + waiter.wait.__doc__
print(json.dumps({"modules": modules, "doc": doc}))
"""

EXPORTED = """
import importlib, sys
module = importlib.import_module(sys.argv[1])
before = set(sys.modules)
for name in module.__all__:
    print(name, getattr(module, name).__module__)
assert set(sys.modules) - before, "nothing was imported late"
try:
    module.nothing
except AttributeError as error:
    assert "has no attribute 'nothing'" in str(error)
else:
    raise AssertionError("it has everything")
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artefacts, by the Makefiles that `sam build` runs."""
    folder = tmp_path_factory.mktemp("build")
    _make("layers/dependencies", "build-DependenciesLayer", folder / "dependencies")
    _make("layers/signatures", "build-SignaturesLayer", folder / "signatures")
    _make("layers/shared", "build-SharedLayer", folder / "shared")
    _make("functions", "build-TelephonyInitiateCall", folder / "functions")
    return folder


def _make(source: str, target: str, artefacts: Path) -> None:
    command = ["make", "--silent", target, f"ARTIFACTS_DIR={artefacts}", f"PYTHON={sys.executable}"]
    done = subprocess.run(command, cwd=ROOT / source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _run(code: str, *arguments: str, path: Path | None = None) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PYTHONPATH": str(path or ""),
    }
    command = [str(lambda_python()), "-S", "-s", "-c", code, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_that_is_shipped_has_a_pyc_that_is_believed_unchecked(built: Path) -> None:
    lines = _run(CHECK, str(built)).splitlines()
    assert [line for line in lines if not line.startswith("valid ")] == []
    assert len(lines) > 500


def test_no_path_of_the_building_machine_is_shipped(built: Path) -> None:
    telling = [path for path in built.rglob("*.pyc") if str(built).encode() in path.read_bytes()]
    assert telling == []


@pytest.mark.parametrize(
    ("artefact", "most"),
    [
        ("dependencies", LARGEST_ZIP),
        ("signatures", 6 * 10**6),
        ("shared", 1_500_000),
        ("functions", 2000 * len(FUNCTIONS)),
    ],
)
def test_an_artefact_stays_within_its_size(built: Path, artefact: str, most: int) -> None:
    archive = built / f"{artefact}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted((built / artefact).rglob("*")):
            file.write(path, path.relative_to(built / artefact))
    assert archive.stat().st_size <= most


def test_what_only_installers_type_checkers_and_tests_use_is_not_shipped(built: Path) -> None:
    unused = (".dist-info", ".pyi", ".json.gz", "Makefile")
    assert [path for path in built.rglob("*") if path.name.endswith(unused) or path.name in ("tests", "bin")] == []


def test_native_code_is_for_the_functions_processor(built: Path) -> None:
    native = {path.name: path.read_bytes()[:20] for path in built.rglob("*.so")}
    assert {"_rust.abi3.so", "_cffi_backend.cpython-313-aarch64-linux-gnu.so"} <= set(native)
    for name, header in native.items():
        assert "cpython-313-aarch64-linux-gnu" in name or name.endswith(".abi3.so"), name
        assert (header[:4], int.from_bytes(header[18:20], "little")) == (b"\x7fELF", AARCH64), name


def test_each_pinned_package_is_shipped_once(built: Path) -> None:
    pinned = {
        name: {line.partition("==")[0] for line in (ROOT / f"layers/{name}/requirements.txt").read_text().splitlines()}
        for name in ("dependencies", "signatures")
    }
    assert pinned["signatures"] == {"cryptography", "cffi", "pycparser"}
    assert not pinned["signatures"] & pinned["dependencies"]
    shipped = [path.name for name in pinned for path in (built / name / "python").iterdir() if path.is_dir()]
    assert sorted(set(shipped)) == sorted(shipped)


def test_the_shipped_botocore_makes_every_client_with_every_operation_that_the_product_calls(built: Path) -> None:
    methods = json.loads(_run(CLIENTS, *SERVICES, path=built / "dependencies/python"))
    called = {
        (CALLED.get(found[1] or "dynamodb"), found[2] or found[3])
        for path in (ROOT / "layers/shared/tandem/aws").glob("*.py")
        for found in OPERATION.finditer(path.read_text())
    }
    own = {("s3", "generate_presigned_url")}  # a method of every client, which is no operation
    assert {service for service, _ in called} == set(SERVICES) == clients()
    assert {(service, name) for service, name in called - own if name not in methods[service]} == set()


def test_the_shipped_botocore_does_not_write_documentation(built: Path) -> None:
    seen = json.loads(_run(UNDOCUMENTED, path=built / "dependencies/python"))
    assert seen == {"modules": ["botocore.docs", "botocore.docs.docstring", "botocore.docs.utils"], "doc": ""}


def test_a_botocore_that_documents_otherwise_is_not_cut(tmp_path: Path) -> None:
    shutil.copytree(Path(botocore.__file__).parent / "docs", tmp_path / "docs")
    docstring = tmp_path / "docs/docstring.py"
    docstring.write_text(docstring.read_text().replace("class WaiterDocstring", "class Other"))
    with pytest.raises(Unbuildable, match="otherwise"):
        write_no_docstrings(tmp_path / "docs")
    assert (tmp_path / "docs/bcdoc").is_dir()


def clients() -> set[str]:
    """The services that the product makes clients of."""
    texts = [path.read_text() for path in (ROOT / "layers/shared/tandem/aws").glob("*.py")]
    return {name for text in texts for name in CLIENT.findall(text)}


def test_a_package_that_imports_late_exports_what_it_did(built: Path) -> None:
    for package in IMPORTED_LATE:
        name = package.removesuffix("/__init__.py").replace("/", ".")
        exported = _run(EXPORTED, name, path=built / "dependencies/python").splitlines()
        module = importlib.import_module(name)
        assert exported == [f"{each} {getattr(module, each).__module__}" for each in module.__all__]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The installed botocore's files before and after cutting."""
    installed = Path(botocore.__file__).parent
    folder = tmp_path_factory.mktemp("cut") / "botocore"
    for name in (*SERVICES, *DATA):
        source = installed / "data" / name
        if source.is_dir():
            shutil.copytree(source, folder / "data" / name)
        else:
            (folder / "data").mkdir(parents=True, exist_ok=True)
            found = source if source.exists() else source.with_name(source.name + ".gz")
            shutil.copy(found, folder / "data")
    shutil.copy(installed / "cacert.pem", folder)
    shutil.copytree(installed / "docs", folder / "docs")
    cut_botocore(folder)
    return installed, folder


def _model(botocore_folder: Path, service: str) -> dict[str, Any]:
    from botocore.loaders import Loader

    loader = Loader(extra_search_paths=[str(botocore_folder / "data")], include_default_search_paths=False)
    model: dict[str, Any] = loader.load_service_model(service, "service-2")
    return model


@pytest.mark.parametrize("service", SERVICES)
def test_cutting_leaves_all_operations_and_shapes_of_a_service_and_takes_its_documentation(
    service: str, cut: tuple[Path, Path]
) -> None:
    before, after = (_model(folder, service) for folder in cut)
    assert set(after["operations"]) == set(before["operations"])
    assert set(after["shapes"]) == set(before["shapes"])
    for name, shape in before["shapes"].items():
        assert set(after["shapes"][name].get("members", ())) == set(shape.get("members", ()))
    assert after["metadata"] == before["metadata"]
    assert '"documentation":"' not in json.dumps(after, separators=(",", ":"))


def test_the_certificates_left_are_those_that_aws_chains_to(cut: tuple[Path, Path]) -> None:
    before, after = ((folder / "cacert.pem").read_text() for folder in cut)
    issuers = [line for line in after.splitlines() if line.startswith("# Issuer: ")]
    for number in (1, 2, 3, 4):
        assert any(f"CN=Amazon Root CA {number} " in line for line in issuers)
    assert len(issuers) == after.count("BEGIN CERTIFICATE") == after.count("END CERTIFICATE")
    assert 5 <= len(issuers) < before.count("BEGIN CERTIFICATE") / 4
