"""What the sandbox carrier tells of calls that we placed, taken from its queue."""

from pydantic import BaseModel, ConfigDict

from tandem.calls.service import hear
from tandem.carriers.sandbox import event_of


class SandboxTold(BaseModel):
    """A message of the sandbox: its fields are the adapter's business."""

    model_config = ConfigDict(extra="allow")


def hear_sandbox(message: SandboxTold) -> None:
    """Merge what the sandbox tells into its call."""
    if event := event_of(message.model_dump()):
        hear("sandbox", [event])
