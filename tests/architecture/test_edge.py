"""The edge, and the local stack in its place, name the call of a socket alike."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.local.websocket import named_call

EDGE = yaml_parse((Path(__file__).parents[2] / "infra/edge.yaml").read_text())
CALL = "01890a5d-ac96-774b-bcce-b302099a8057"
PATHS = ["/ws/calls/" + CALL, "/ws/calls/", "/ws/calls", "/ws/", "/ws/other", "/ws/calls/a%2Fb"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_a_path_names_its_call_to_the_gateway_as_here() -> None:
    code = EDGE["Resources"]["NameCall"]["Properties"]["FunctionCode"]
    query = {"api_key": {"value": "k"}, "call_id": {"value": "another"}}
    events = [{"request": {"method": "GET", "uri": path, "querystring": query}} for path in PATHS]
    script = f"{code}\nconsole.log(JSON.stringify({json.dumps(events)}.map(handler)))"
    run = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=60)
    requests: list[dict[str, Any]] = json.loads(run.stdout)
    assert {request["uri"] for request in requests} == {"/live"}
    assert [request["querystring"]["api_key"]["value"] for request in requests] == ["k"] * len(PATHS)
    told = [request["querystring"].get("call_id", {}).get("value") for request in requests]
    assert told == [dict(named_call(path)).get("call_id") for path in PATHS] == [CALL, None, None, None, None, "a%2Fb"]


def test_every_path_of_the_socket_goes_to_the_gateway_of_the_socket() -> None:
    distribution = EDGE["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    (behaviour,) = distribution["CacheBehaviors"]
    assert (behaviour["PathPattern"], behaviour["TargetOriginId"]) == ("/ws/*", "sockets")
    assert distribution["DefaultCacheBehavior"]["TargetOriginId"] == "api"
    assert EDGE["Outputs"]["PublicSocketUrl"]["Value"] == {"Fn::Sub": "wss://${DomainName}/ws/calls"}
