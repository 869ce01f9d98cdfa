"""Rights: enforced while tests run, none missing, and none granted that nothing uses."""

import pytest

from infra.local.stack import Stack
from tests.architecture.journeys import Seen

KEPT = {
    ("*", "ssm:GetParameter", "/api-url"): "read where the stage has no PublicUrl; this one has",
    ("*", "bedrock:InvokeModel", "/none"): "this stage has no language model",
    ("VoiceAgentsGetRecording", "s3:GetObject", "/*"): "a link opens with the rights of the role that signed it",
    ("TelephonyGetRecording", "s3:GetObject", "/*"): "a link opens with the rights of the role that signed it",
    ("TelephonyInitiateCall", "dynamodb:GetItem", "-Table"): "rereads the call when two writes of it meet",
    ("VoiceAnalyticsGetRecording", "s3:GetObject", "/*"): "a link opens with the rights of the role that signed it",
    ("WorkersOnRecordingWanted", "s3:DeleteObjectVersion", "/*"): "a recording that was deleted while it was fetched",
    ("WorkersOnTaskDue", "dynamodb:ConditionCheckItem", "-Table"): "an event for a webhook that is paused",
    ("WorkersRunDueTasks", "dynamodb:DeleteItem", "-Table"): "a task of whose call's end nobody told",
    ("WorkersRunDueTasks", "dynamodb:UpdateItem", "-Table"): "a task of whose call's end nobody told",
    ("WorkersRunEventSweep", "dynamodb:ConditionCheckItem", "-Table"): "an event for a webhook that is paused",
    ("WorkersRunWebhookSweep", "dynamodb:Query", "-Table"): "finds what is held for a webhook that was resumed",
    ("WorkersRunWebhookSweep", "dynamodb:UpdateItem", "-Table"): "lets go what was held for it",
}
"""(function, action, end of the resource): why it is granted although no journey uses it."""


def is_kept(function: str, action: str, resource: str) -> bool:
    return any(who in ("*", function) and action == what and resource.endswith(where) for who, what, where in KEPT)


@pytest.fixture
def stack_as_deployed(whole_stack: Stack) -> Stack:
    return whole_stack


def test_roles_are_enforced_while_tests_run(stack_as_deployed: Stack, seen: Seen) -> None:
    assert seen.enforced
    assert stack_as_deployed.rights.enforced


def test_no_journey_lacks_a_right(seen: Seen) -> None:
    assert {name: lacking for name, lacking in seen.refused.items() if lacking} == {}


def test_the_journeys_call_every_function_and_fail_nowhere(seen: Seen) -> None:
    assert set(seen.invocations) == seen.functions
    assert seen.failures == []


def test_no_right_is_granted_that_nothing_uses(seen: Seen) -> None:
    idle = {
        f"{name}: {grant.action} on {grant.resource.rpartition(':')[2]} ({grant.policy})"
        for name, grants in seen.unused.items()
        for grant in grants
        if not is_kept(name, grant.action, grant.resource)
    }
    assert idle == set()
