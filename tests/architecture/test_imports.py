"""A cold start imports what its function uses, and nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "functions").rglob("*.py")
    if path.name != "__init__.py"
)
UNUSED_BY_ALL = (
    "aws_xray_sdk",
    "cryptography",
    "phonenumbers",
    "moto",
    "fastapi",
    "jinja2",
    "infra",
    "tests",
    "aiohttp",
)
WEBHOOKS_USED_BY = (
    *(module for module in MODULES if "webhook" in module),
    "functions.telephony.configure_phone_service",
    "functions.telephony.get_phone_service",
    "functions.workers.on_event_recorded",
    "functions.workers.run_event_sweep",
)
OUTBOUND_HTTP_USED_BY = (
    "functions.africas_talking.",
    "functions.platform.test_webhook",
    "functions.workers.on_recording_wanted",
    "functions.workers.on_webhook_due",
)
PORTAL_USED_BY = ("functions.portal.serve_pages",)
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers/shared")]),
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
    "STAGE": "dev",
    "TABLE_NAME": "tandem",
}
TIMED = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|\s+(\S+)")
STATE = "import gc; print(gc.isenabled(), gc.get_freeze_count())"


@pytest.fixture(scope="module")
def imports() -> dict[str, tuple[dict[str, int], str]]:
    """Per function: its imports with their own microseconds, and the collector's state afterwards."""
    return {module: _imported(module) for module in MODULES}


def _imported(module: str) -> tuple[dict[str, int], str]:
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}; {STATE}"]
    done = subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, check=False)
    times = {found[3]: int(found[1]) for found in TIMED.finditer(done.stderr)}
    assert done.returncode == 0, TIMED.sub("", done.stderr)
    return times, done.stdout.strip()


def _within(names: dict[str, int], package: str) -> list[str]:
    return [name for name in names if name == package or name.startswith(f"{package}.")]


@pytest.mark.parametrize("module", MODULES)
def test_a_function_imports_nothing_that_it_does_not_use(
    module: str, imports: dict[str, tuple[dict[str, int], str]]
) -> None:
    names, _ = imports[module]
    heaviest = sorted(names.items(), key=lambda entry: -entry[1])[:10]
    print(module, *(f"{spent / 1000:8.1f} ms  {name}" for name, spent in heaviest), sep="\n  ")  # noqa: T201
    assert module in names
    assert {package: found for package in UNUSED_BY_ALL if (found := _within(names, package))} == {}


@pytest.mark.parametrize("module", [module for module in MODULES if module not in PORTAL_USED_BY])
def test_only_the_portal_imports_an_application_of_its_own(
    module: str, imports: dict[str, tuple[dict[str, int], str]]
) -> None:
    assert [name for package in ("starlette", "mangum") for name in _within(imports[module][0], package)] == []


@pytest.mark.parametrize("module", [module for module in MODULES if module not in WEBHOOKS_USED_BY])
def test_only_those_that_deliver_or_set_up_webhooks_import_them(
    module: str, imports: dict[str, tuple[dict[str, int], str]]
) -> None:
    assert _within(imports[module][0], "tandem.webhooks") == []


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(OUTBOUND_HTTP_USED_BY)])
def test_only_those_that_call_out_import_a_carrier_over_http_or_the_outbound_client(
    module: str, imports: dict[str, tuple[dict[str, int], str]]
) -> None:
    names = imports[module][0]
    assert _within(names, "tandem.egress") == []
    assert _within(names, "tandem.carriers.africas_talking") == []


@pytest.mark.parametrize("module", MODULES)
def test_a_function_does_not_import_another(module: str, imports: dict[str, tuple[dict[str, int], str]]) -> None:
    family = module.rpartition(".")[0]
    assert set(_within(imports[module][0], "functions")) == {"functions", family, module}


@pytest.mark.parametrize("module", MODULES)
def test_garbage_is_collected_again_once_a_function_is_imported(
    module: str, imports: dict[str, tuple[dict[str, int], str]]
) -> None:
    collecting, frozen = imports[module][1].split()
    assert collecting == "True"
    assert int(frozen) > 10_000
