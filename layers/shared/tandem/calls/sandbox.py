"""What the sandbox carrier tells of calls that we placed, taken from its queue."""

from collections.abc import Mapping
from typing import Any

from tandem.calls.conversing import hear_conversation
from tandem.calls.service import hear
from tandem.carriers.sandbox import event_of
from tandem.carriers.sandbox_ending import is_cut
from tandem.carriers.sandbox_talk import heard_of


def hear_sandbox(told: Mapping[str, Any]) -> None:
    """Merge what the sandbox tells into its call, or into what was said in it, unless that was hung up before."""
    if is_cut(told):
        return
    if event := event_of(told):
        hear("sandbox", [event])
    elif heard := heard_of(told):
        hear_conversation("sandbox", heard)
