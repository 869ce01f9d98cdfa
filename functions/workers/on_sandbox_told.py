"""SandboxQueue: the sandbox carrier tells what happened to a call."""

from tandem.calls.sandbox import SandboxTold, hear_sandbox
from tandem.entry import consumer


@consumer("SandboxQueue", SandboxTold)
def handler(message: SandboxTold) -> None:
    """Merge it into the call, as any other carrier's event."""
    hear_sandbox(message)
