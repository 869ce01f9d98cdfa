"""docs/openapi.json: valid, complete, and its examples are what they are examples of."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.openapi.document import document
from infra.operations import operations

METHODS = {"get", "head", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document()


def described(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in made["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield method, path, operation


def validator(made: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": made["components"]})


def contents(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body of a request or an answer, by where it stands."""
    for name, response in made["components"]["responses"].items():
        for content in response["content"].values():
            yield name, content
    for method, path, operation in described(made):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{method} {path}", content
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                yield f"{method} {path} {status}", content


def test_the_document_is_valid_openapi(made: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(made).iter_errors()] == []


def test_each_endpoint_is_one_operation_named_after_its_module(made: dict[str, Any]) -> None:
    named = {operation["operationId"]: (method.upper(), path) for method, path, operation in described(made)}
    wanted = {
        operation.operation_id_of(method): (method, operation.path)
        for operation in operations()
        for method in operation.endpoint.methods
    }
    assert named == wanted
    families = {tag["name"] for tag in made["tags"]}
    for _, path, operation in described(made):
        (family,) = operation["tags"]
        assert family in families, path
        assert operation["operationId"].startswith(f"{family}_")
        assert operation["summary"]
        assert operation["description"]


def test_each_operation_says_who_may_call_and_what_it_answers_then(made: dict[str, Any]) -> None:
    for method, path, operation in described(made):
        statuses = {int(status) for status in operation["responses"]}
        assert 500 in statuses, path
        named = {scheme for way in operation["security"] for scheme in way}
        assert named <= set(made["components"]["securitySchemes"])
        if {"key", "session"} & named:
            assert {401, 403, 429} <= statuses, path
            assert {"$ref": "#/components/parameters/Organization"} in operation["parameters"]
        writes = [way for way in operation["security"] if "cookie" in way and "csrf" not in way]
        assert not (writes and method not in ("get", "head")), "a write by cookie is proven"
        for status, response in operation["responses"].items():
            if status.startswith("2") and method != "head":
                assert "X-Request-Id" in response["headers"]


def test_the_errors_of_a_dialect_are_in_its_shape(made: dict[str, Any]) -> None:
    coded = dict.fromkeys(("telephony", "telephony_bare", "platform"), "CodedError")
    plain = dict.fromkeys(("africas_talking", "bare", "voice_analytics"), "PlainError")
    shapes = {"voice_agents": "SpokenError"} | plain | coded
    for one in operations():
        responses = made["paths"][one.path][one.endpoint.method.lower()]["responses"]
        named = {
            re.sub(r"\d+$", "", response["$ref"].rpartition("/")[2])
            for response in responses.values()
            if "$ref" in response
        }
        assert named == {shapes[one.endpoint.dialect.name]}, one.operation_id


def test_every_example_is_one_of_its_schema(made: dict[str, Any]) -> None:
    seen = 0
    for place, content in contents(made):
        if "example" in content:
            errors = [error.message for error in validator(made, content["schema"]).iter_errors(content["example"])]
            assert errors == [], place
            seen += 1
    assert seen > 40


def test_every_json_body_that_is_asked_for_has_an_example(made: dict[str, Any]) -> None:
    lacking = [
        f"{method} {path}: give `examples=[…]` to the fields of its shape"
        for method, path, operation in described(made)
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json" and "example" not in content
    ]
    assert lacking == []


def test_what_an_answer_names_can_be_followed(made: dict[str, Any]) -> None:
    made_by = {
        (operation["operationId"], target)
        for _, _, operation in described(made)
        for response in operation["responses"].values()
        for target in response.get("links", {})
    }
    assert ("telephony_initiate_call", "telephony_get_call") in made_by
    assert ("platform_create_customer", "platform_update_customer_put") in made_by
    assert len({by for by, _ in made_by}) >= 4


def test_no_component_is_unused_and_no_field_has_a_title(made: dict[str, Any]) -> None:
    text = str(made)
    for part in ("schemas", "responses", "headers", "parameters"):
        for name in made["components"][part]:
            assert f"#/components/{part}/{name}'" in text, name
    for name, schema in made["components"]["schemas"].items():
        for field in schema.get("properties", {}).values():
            assert not isinstance(field.get("title"), str), name
