"""Whatever docs/openapi.json allows, and what it does not, is answered as it says: never with a fault of ours."""

import json
import time
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from infra.local.stack import Stack
from infra.operations import ROOT, operations
from tests.fuzz.app import Application

CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
SECONDS = 15
"""The longest that either way of trying may take in all, unless asked for more."""
FAMILIES = sorted({operation.family for operation in operations()})


def run(app: Application, described: dict[str, Any], phases: dict[str, Any], seconds: float) -> dict[str, str]:
    """Send what Schemathesis makes of a document; what was found, and a request that shows it."""
    configuration = {
        "seed": 4,
        "continue-on-failure": True,
        "generation": {"database": "none", "with-security-parameters": False},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
        "phases": {"enabled": False, **phases},
    }
    schema = schemathesis.openapi.from_dict(described, config=SchemathesisConfig.from_dict(configuration))
    schema.app = app
    found: dict[str, str] = {}
    ends = time.monotonic() + seconds
    stream = from_schema(schema).execute()
    for event in stream:
        if isinstance(event, FatalError):
            raise event.exception
        if isinstance(event, NonFatalError):
            found[f"{event.label}: {event.value!r}"] = ""
        if isinstance(event, ScenarioFinished):
            found |= failed(event)
        if time.monotonic() > ends:
            stream.stop()
    assert app.faults == []
    return found


def failed(event: ScenarioFinished) -> dict[str, str]:
    return {
        f"{event.recorder.label}: {check.name}: {info.failure.title} {info.failure.message}": str(info.code_sample)
        for checks in event.recorder.checks.values()
        for check in checks
        if (info := check.failure_info) is not None
    }


def told(found: dict[str, str]) -> str:
    return "\n\n".join(f"{what[:1000]}\n{how}" for what, how in found.items())


def with_organizations_left_out(described: dict[str, Any]) -> dict[str, Any]:
    """Without a header that nothing answers, for want of which Schemathesis takes no operation for a first step."""
    for item in described["paths"].values():
        for operation in item.values():
            kept = [one for one in operation.get("parameters", []) if "Organization" not in one.get("$ref", "")]
            operation["parameters"] = kept
    return described


def of_family(described: dict[str, Any], family: str) -> tuple[dict[str, Any], float]:
    """The document with the operations of one family alone, and what part of all they are."""
    everything = [operation for item in described["paths"].values() for operation in item.values()]
    paths = {
        path: {method: operation for method, operation in item.items() if operation["tags"] == [family]}
        for path, item in described["paths"].items()
    }
    own = sum(len(item) for item in paths.values())
    return described | {"paths": {path: item for path, item in paths.items() if item}}, own / len(everything)


@pytest.fixture
def described() -> dict[str, Any]:
    """The document as published, which `make check` compares with the code."""
    published: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())
    return published


@pytest.fixture
def times(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--fuzz"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_operation_answers_what_is_documented(
    family: str, stack: Stack, described: dict[str, Any], times: int
) -> None:
    app = Application(stack)
    phases = {
        "examples": {"enabled": True},
        "coverage": {"enabled": True, "unexpected-methods": []},
        "fuzzing": {"enabled": True, "generation": {"max-examples": 2 * times}},
    }
    own, share = of_family(described, family)
    found = run(app, own, phases, SECONDS * times * share)
    assert found == {}, told(found)


def test_one_operation_after_the_other_answers_what_is_documented(
    stack: Stack, described: dict[str, Any], times: int
) -> None:
    app = Application(stack)
    phases = {"stateful": {"enabled": True, "max-steps": 8, "generation": {"max-examples": 40 * times}}}
    found = run(app, with_organizations_left_out(described), phases, SECONDS * times)
    assert found == {}, told(found)


def test_a_status_that_is_not_documented_is_found(stack: Stack, described: dict[str, Any]) -> None:
    creating = described["paths"]["/api/v1/customers"]["post"]
    del creating["responses"]["422"]
    lacking = described | {"paths": {"/api/v1/customers": {"post": creating}}}
    found = run(Application(stack), lacking, {"coverage": {"enabled": True, "unexpected-methods": []}}, SECONDS)
    assert any("status_code_conformance" in what and "422" in what for what in found), told(found)
