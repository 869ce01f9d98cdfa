"""GET /api/tenant/api-keys/{key_id}."""

import pytest

from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, UNKNOWN, make, show, use
from tests.integration.people import owner_of


def test_a_key_is_shown_without_its_secret(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    secret = made.pop("key")
    assert show(ada, made["_id"]) == made
    assert secret[12:] not in ada("GET", f"{KEYS}/{made['_id']}").text


def test_anothers_key_is_as_unknown_as_none(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    theirs = make(eve)["_id"]
    answers = [ada("GET", f"{KEYS}/{name}") for name in (theirs, UNKNOWN, "x" * 3000)]
    assert {answer.status for answer in answers} == {404}
    assert {answer.json()["error"]["message"] for answer in answers} == {"No such API key."}


@pytest.mark.parametrize("suffix", ["", "/usage"])
def test_a_key_learns_nothing_about_keys(suffix: str, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    assert use(stack, made["key"], f"{KEYS}/{made['_id']}{suffix}").status == 403
