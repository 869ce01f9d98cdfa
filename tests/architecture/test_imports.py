"""A cold start imports what its function uses, and nothing else."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
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
    "boto3",
    "s3transfer",
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
    "functions.voice_agents.create_task",
    "functions.voice_agents.execute_task",
    "functions.voice_agents.update_task",
    "functions.workers.on_event_recorded",
    "functions.workers.on_record_changed",
    "functions.workers.on_task_due",
    "functions.workers.run_due_tasks",
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
TIMED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")
# What nearly all import and no test here asks for is imported once; then each function, in a fork of its own.
EACH = """
import functools, gc, json, os, sys
import aws_lambda_powertools.event_handler, botocore.session, pydantic.json_schema, pydantic.types
import aws_lambda_powertools.event_handler.openapi.compat
import tandem.aws.table, tandem.config, tandem.entry.dialects.base, tandem.shapes

botocore.session.create_loader = functools.cache(botocore.session.create_loader)
botocore.session.get_session().create_client("dynamodb")
for module in sys.argv[1:]:
    if not os.fork():
        print("fork", file=sys.stderr)
        __import__(module)
        print(json.dumps([module, sorted(sys.modules), gc.isenabled(), gc.get_freeze_count()]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, module
"""


@dataclass(frozen=True)
class Imported:
    """What a process has imported once it has imported a function, the heaviest of it, and its collector's state."""

    names: frozenset[str]
    heaviest: list[str]
    collecting: bool
    frozen: int


@pytest.fixture(scope="module")
def imports() -> dict[str, Imported]:
    """By function."""
    command = [sys.executable, "-X", "importtime", "-c", EACH, *MODULES]
    done = subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, TIMED.sub("", done.stderr)
    shared, *own = done.stderr.split("fork\n")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        module: Imported(frozenset(names), _heaviest(shared + times), collecting, frozen)
        for (module, names, collecting, frozen), times in zip(found, own, strict=True)
    }


def _heaviest(log: str) -> list[str]:
    spent = sorted(((int(time), name) for time, name in TIMED.findall(log)), reverse=True)
    return [f"{time / 1000:8.1f} ms  {name}" for time, name in spent[:10]]


def _within(names: frozenset[str], package: str) -> list[str]:
    return [name for name in names if name == package or name.startswith(f"{package}.")]


@pytest.mark.parametrize("module", MODULES)
def test_a_function_imports_nothing_that_it_does_not_use(module: str, imports: dict[str, Imported]) -> None:
    names = imports[module].names
    print(module, *imports[module].heaviest, sep="\n  ")  # noqa: T201
    assert module in names
    assert {package: found for package in UNUSED_BY_ALL if (found := _within(names, package))} == {}


@pytest.mark.parametrize("module", [module for module in MODULES if module not in PORTAL_USED_BY])
def test_only_the_portal_imports_an_application_of_its_own(module: str, imports: dict[str, Imported]) -> None:
    assert [name for package in ("starlette", "mangum") for name in _within(imports[module].names, package)] == []


@pytest.mark.parametrize("module", [module for module in MODULES if module not in WEBHOOKS_USED_BY])
def test_only_those_that_deliver_or_set_up_webhooks_import_them(module: str, imports: dict[str, Imported]) -> None:
    assert _within(imports[module].names, "tandem.webhooks") == []


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(OUTBOUND_HTTP_USED_BY)])
def test_only_those_that_call_out_import_a_carrier_over_http_or_the_outbound_client(
    module: str, imports: dict[str, Imported]
) -> None:
    names = imports[module].names
    assert _within(names, "tandem.egress") == []
    assert _within(names, "tandem.carriers.africas_talking") == []


@pytest.mark.parametrize("module", MODULES)
def test_a_function_does_not_import_another(module: str, imports: dict[str, Imported]) -> None:
    family = module.rpartition(".")[0]
    assert set(_within(imports[module].names, "functions")) == {"functions", family, module}


@pytest.mark.parametrize("module", MODULES)
def test_garbage_is_collected_again_once_a_function_is_imported(module: str, imports: dict[str, Imported]) -> None:
    assert imports[module].collecting
    assert imports[module].frozen > 10_000
