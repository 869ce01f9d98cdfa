"""What is true in two places is tested to agree: template, modules, docstrings, tests, policies."""

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tandem.entry.consumer import Batch
from tandem.entry.endpoint import Endpoint
from tandem.entry.schedule import Scheduled
from tandem.entry.sockets import SocketRoute

ROOT = Path(__file__).parents[2]
TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())
FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
MODULES = sorted(path for path in (ROOT / "functions").rglob("*.py") if path.name != "__init__.py")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def resource_name(path: Path) -> str:
    """`functions/telephony/initiate_call.py` is `TelephonyInitiateCall`."""
    return "".join(word.capitalize() for part in path.with_suffix("").parts[-2:] for word in part.split("_"))


def routes(properties: dict[str, Any]) -> set[tuple[str, str]]:
    found = set()
    for event in properties.get("Events", {}).values():
        if event["Type"] == "HttpApi" and "Path" in event["Properties"]:
            found.add((event["Properties"]["Method"], event["Properties"]["Path"]))
    return found


@pytest.mark.parametrize("path", MODULES, ids=resource_name)
def test_every_module_is_one_function_of_the_template_and_has_one_test_file(path: Path) -> None:
    assert FUNCTIONS[resource_name(path)]["Handler"] == f"{module_name(path)}.handler"
    family, name = path.parts[-2], path.stem
    assert (ROOT / f"tests/integration/{family}/test_{name}.py").exists()


def test_the_template_has_no_function_without_a_module() -> None:
    assert set(FUNCTIONS) == {resource_name(path) for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=resource_name)
def test_an_endpoints_routes_are_those_of_the_template_and_of_its_docstring(path: Path) -> None:
    module = importlib.import_module(module_name(path))
    properties = FUNCTIONS[resource_name(path)]
    if not isinstance(module.handler, Endpoint):
        assert routes(properties) == set(getattr(module.handler, "routes", ()))
        return
    endpoint = module.handler
    assert routes(properties) == {
        (method, route) for method in endpoint.methods for route in (endpoint.path, *endpoint.also)
    }
    assert module.__doc__ is not None
    assert module.__doc__.startswith(f"{endpoint.method} {endpoint.path} — ")
    assert endpoint.__doc__, "an endpoint says what it does"


@pytest.mark.parametrize("path", MODULES, ids=resource_name)
def test_a_worker_is_fed_by_what_it_declares(path: Path) -> None:
    handler = importlib.import_module(module_name(path)).handler
    events = FUNCTIONS[resource_name(path)].get("Events", {})
    if isinstance(handler, Scheduled):
        assert path.stem.startswith("run_")
        assert [event["Properties"]["Schedule"] for event in events.values()] == [handler.rate]
    elif isinstance(handler, Batch):
        assert path.stem.startswith("on_")
        (event,) = events.values()
        for source in handler.source.split():
            assert source in str(event["Properties"]), "the queue's name, or the kinds of item in the filter"
        assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("path", MODULES, ids=resource_name)
def test_a_function_is_a_signature_and_a_few_lines(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        body = [
            node for node in function.body if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant)
        ]
        assert len(body) <= 2, f"{path.name} holds logic"
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not imported & {"boto3", "botocore", "os"}


def test_no_function_imports_another() -> None:
    for path in MODULES:
        assert "import functions" not in path.read_text()
        assert "from functions" not in path.read_text()


def test_a_domain_never_uses_anothers_store() -> None:
    package = ROOT / "layers/shared/tandem"
    for path in package.rglob("*.py"):
        domain = path.relative_to(package).parts[0]
        for other in re.findall(r"from tandem\.(\w+)(?:\.store import| import [^\n]*\bstore\b)", path.read_text()):
            assert other == domain, f"{path.relative_to(package)} uses the store of {other}"


def test_the_layers_and_functions_are_built_by_their_makefiles() -> None:
    for name, resource in TEMPLATE["Resources"].items():
        if resource["Type"] in ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion"):
            assert resource["Metadata"] == {"BuildMethod": "makefile"}, name


def test_queues_wait_six_times_as_long_as_their_function_may_run() -> None:
    messaging = yaml_parse((ROOT / "infra/messaging.yaml").read_text())["Resources"]
    default = TEMPLATE["Globals"]["Function"]["Timeout"]
    fed = {
        event["Properties"]["Queue"]["Fn::GetAtt"][1].split(".")[1].removesuffix("Arn"): properties
        for properties in FUNCTIONS.values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    }
    assert set(fed) == {"WebhookQueue", "RecordingQueue", "CarrierQueue", "TaskQueue"}
    for queue, properties in fed.items():
        assert messaging[queue]["Properties"]["VisibilityTimeout"] >= 6 * properties.get("Timeout", default), queue


def test_every_queue_that_a_function_reads_has_dead_letters_with_an_alarm() -> None:
    messaging = yaml_parse((ROOT / "infra/messaging.yaml").read_text())["Resources"]
    alarms = yaml_parse((ROOT / "infra/alarms.yaml").read_text())
    redriven = {
        str(queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0])
        for queue in messaging.values()
        if "RedrivePolicy" in queue["Properties"]
    }
    watched = {name.removesuffix("Alarm") for name in alarms["Resources"]} - {"Notices"}
    assert redriven < watched
    assert len(watched) <= 10


def test_each_route_of_the_socket_leads_to_the_function_that_declares_it() -> None:
    kinds = {name: (resource["Type"], resource["Properties"]) for name, resource in TEMPLATE["Resources"].items()}
    routes_ = {
        properties["RouteKey"]: str(properties["Target"])
        for kind, properties in kinds.values()
        if kind == "AWS::ApiGatewayV2::Route"
    }
    declared = {}
    for path in MODULES:
        module = importlib.import_module(module_name(path))
        if isinstance(module.handler, SocketRoute):
            name, key = resource_name(path), module.handler.route
            declared[key] = name
            assert f"${{{name}Integration}}" in routes_[key]
            assert f"${{{name}.Arn}}" in str(kinds[f"{name}Integration"][1]["IntegrationUri"])
            assert kinds[f"{name}Permission"][1]["FunctionName"] == {"Ref": name}
            assert str(kinds[f"{name}Permission"][1]["SourceArn"]).rstrip("'}").endswith(f"/*/{key}")
            assert str(module.__doc__).startswith(f"{key}: ")
    assert set(declared) == set(routes_) == {"$connect", "$disconnect", "$default"}
