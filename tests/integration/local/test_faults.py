"""Failures on demand, on the sample."""

import json
from typing import Any

import pytest

from infra.local.faults import InvalidFault
from infra.local.stack import Stack
from tests.integration.local.conftest import items

PUT = {"service": "dynamodb", "operation": "PutItem"}


def test_a_fault_fails_one_operation_of_one_function_as_often_as_told(stack: Stack) -> None:
    code = "ConditionalCheckFailedException"
    stack.faults.add({**PUT, "function": "PutItem", "kind": "fail", "times": 1, "error": code})
    outcome = stack.invoke("PutItem", {"body": "{}", "pathParameters": {"id": "1"}})
    assert outcome.error is not None
    assert f"({code})" in outcome.error["errorMessage"]
    assert items(stack, "ITEM#1") == {}
    assert stack.request("PUT", "/items/1", json={}).status == 201


def test_the_operator_and_other_functions_are_spared(stack: Stack) -> None:
    stack.faults.add({**PUT, "function": "GetItem", "kind": "fail"})
    assert stack.request("PUT", "/items/1", json={}).status == 201
    stack.faults.add({**PUT, "kind": "fail", "operation": "*", "error": "ProvisionedThroughputExceededException"})
    assert stack.request("GET", "/items/1").status == 500
    assert set(items(stack, "ITEM#1")) == {"item"}


def test_a_dropped_answer_leaves_the_request_applied(stack: Stack) -> None:
    stack.faults.add({**PUT, "kind": "drop_answer"})
    assert stack.request("PUT", "/items/1", json={}).status == 500
    assert set(items(stack, "ITEM#1")) == {"item"}


def test_a_rate_repeats_from_run_to_run(stack: Stack) -> None:
    def run() -> list[int]:
        stack.faults.clear()
        stack.faults.add({"service": "dynamodb", "operation": "GetItem", "kind": "fail", "rate": 0.5, "error": "X"})
        return [stack.request("GET", f"/items/{number}").status for number in range(12)]

    first = run()
    assert {404, 500} == set(first)
    assert run() == first


def test_carrier_faults_are_counted_for_simulators_and_written_down_for_functions(stack: Stack) -> None:
    path = stack.variables(stack.functions["Echo"])["TANDEM_FAULTS_FILE"]
    stack.faults.add({"carrier": "sandbox", "operation": "dial", "kind": "drop_answer", "times": 2})

    def written() -> list[dict[str, Any]]:
        with open(path) as file:
            found: list[dict[str, Any]] = json.load(file)
            return found

    assert [(one["carrier"], one["operation"], one["times"]) for one in written()] == [("sandbox", "dial", 2)]
    assert stack.faults.carrier("sandbox", "hang_up") is None
    assert stack.faults.carrier("other", "dial") is None
    for _ in range(2):
        found = stack.faults.carrier("sandbox", "dial")
        assert found is not None
        assert found.kind == "drop_answer"
    assert stack.faults.carrier("sandbox", "dial") is None
    assert written() == []


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"service": "dynamodb"},
        {"service": "dynamodb", "kind": "explode"},
        {"kind": "fail"},
        {"service": "s3", "carrier": "sandbox", "kind": "fail"},
        {"service": "s3", "kind": "fail", "rate": 2},
        {"service": "s3", "kind": "fail", "rate": "often"},
        {"service": "s3", "kind": "fail", "colour": "red"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(stack: Stack, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidFault):
        stack.faults.add(values)
    assert stack.request("POST", "/__local/faults", json=values).status == 400
    assert stack.faults.active() == []
