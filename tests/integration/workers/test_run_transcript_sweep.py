"""The sweep for transcripts: it sends messages about what is due, and about nothing else."""

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Turn
from tests.integration.conftest import Client
from tests.integration.doors import contents, leap


def asked(stack: Stack) -> int:
    """How many messages a run of the sweep sends."""
    with stack.requests.counting() as counted:
        stack.run_schedule("WorkersRunTranscriptSweep")
    return counted.total("sqs", "SendMessageBatch")


def test_what_is_not_due_is_left_alone(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550004")["callId"]
    with operating(stack):
        turn = Turn("1", Role.USER, "Hello", 0.0, 1.0, final=True)
        transcripts.hear(demo.workspace.tenant_id, call_id, "sandbox", [turn])
    before = contents(stack)
    assert asked(stack) == 0
    leap(stack, 6 * 3600)
    assert asked(stack) == 1
    assert asked(stack) == 1  # until somebody looked at it
    assert contents(stack) == before
    stack.settle()
    assert asked(stack) == 0


def test_the_queue_being_down_leaves_it_due(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550004")["callId"]
    with operating(stack):
        turn = Turn("1", Role.USER, "Hello", 0.0, 1.0, final=True)
        transcripts.hear(demo.workspace.tenant_id, call_id, "sandbox", [turn])
    leap(stack, 6 * 3600)
    stack.faults.add({"kind": "fail", "service": "sqs", "operation": "SendMessageBatch", "times": 3})
    stack.run_schedule("WorkersRunTranscriptSweep")
    stack.settle()
    (header,) = demo.items("TRANSCRIPT#")
    assert "finished_at" not in header
    stack.run_schedule("WorkersRunTranscriptSweep")
    stack.settle()
    (header,) = demo.items("TRANSCRIPT#")
    assert header["version"] == 1
