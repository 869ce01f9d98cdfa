"""What Tandem costs while nobody calls, and per 1,000 calls: operations counted on the stack times list prices."""

import math
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.aws_request import AwsRequest
from infra.local.model import Function
from infra.local.receiver import Receiver
from infra.local.stack import Stack
from infra.local.workspaces import make_workspace

ROOT = Path(__file__).resolve().parents[1]

# US dollars, us-east-1, on demand; from AWS's public price pages, as known in November 2026: check them.
PRICES = {
    "Lambda requests": 0.20e-6,
    "Lambda GB-seconds (arm64)": 0.0000133334,
    "HTTP API requests": 1.00e-6,
    "DynamoDB write units": 0.625e-6,
    "DynamoDB read units": 0.125e-6,
    "SQS requests": 0.40e-6,
    "S3 writes": 5.0e-6,
    "S3 reads": 0.4e-6,
    "CloudWatch alarms": 0.10,
    "CloudWatch Logs GB": 0.50,
    "X-Ray traces": 5.0e-6,
}
FREE = {
    "Lambda requests": 1_000_000,
    "Lambda GB-seconds (arm64)": 400_000,
    "SQS requests": 1_000_000,
    "CloudWatch alarms": 10,
    "CloudWatch Logs GB": 5,
    "X-Ray traces": 100_000,
}
"""A month, for every account and for ever (AWS's "always free"), if nothing else in the account uses it."""

MINUTES = 43_800
"""Of a month."""

POLLS = 5 * MINUTES * 60 // 20
"""Requests a month of the five pollers that Lambda keeps on an empty queue, each waiting 20 s."""

SECONDS = 0.1
"""Assumed of an average invocation; its memory is the template's."""

LOG_BYTES = 1500
"""Assumed of an invocation: the service's lines and ours."""

_MINUTES_OF = {"rate(1 minute)": 1, "rate(15 minutes)": 15, "rate(1 hour)": 60}
"""How far apart the ticks of a schedule are."""

_UNIT = 1024
_CALLS = 5


@dataclass
class Meter:
    """Counts what is paid for."""

    usage: Counter[str] = field(default_factory=Counter)

    def invoked(self, memory: int, *, traced: bool) -> None:
        """A function ran."""
        self.usage["Lambda requests"] += 1
        self.usage["Lambda GB-seconds (arm64)"] += SECONDS * memory / 1024  # type: ignore[assignment]
        self.usage["CloudWatch Logs GB"] += LOG_BYTES / 1e9  # type: ignore[assignment]
        self.usage["X-Ray traces"] += int(traced)

    def asked(self, request: AwsRequest, caller: Function | None) -> None:
        """A function asked AWS for something."""
        if caller is None:
            return
        if request.service == "dynamodb":
            writes, reads = _units(request.operation, request.json)
            self.usage["DynamoDB write units"] += writes
            self.usage["DynamoDB read units"] += reads  # type: ignore[assignment]
        elif request.service == "sqs":
            self.usage["SQS requests"] += 1
        elif request.service == "s3":
            self.usage["S3 writes" if request.operation == "PutObject" else "S3 reads"] += 1

    def dollars(self, times: float, *, free: bool) -> float:
        """The price of the usage so many times over, less what is free."""
        return sum(
            max(0.0, number * times - (FREE.get(name, 0) if free else 0)) * PRICES[name]
            for name, number in self.usage.items()
        )


def _units(operation: str, body: Mapping[str, Any]) -> tuple[int, float]:
    """Write and read units of a request. An update is taken to leave 2 kB behind, but for a count; an index entry is
    one more write."""
    if operation == "TransactWriteItems":
        return sum(2 * _written(next(iter(entry.values()))) for entry in body["TransactItems"]), 0
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return _written(body), 0
    if operation == "BatchGetItem":
        return 0, sum(len(asked["Keys"]) / 2 for asked in body["RequestItems"].values())
    return 0, 1.0 if body.get("ConsistentRead") else 0.5


def _written(entry: Mapping[str, Any]) -> int:
    item = entry.get("Item")
    text = str(entry)
    size = math.ceil(len(str(item)) / _UNIT) if item else 1 if "STAT#" in text else 2
    # A status moves a call from one place in its index to another, and is shown in two others; a delivery just moves.
    moved = 3 if not item and "of_status" in text else 1 if not item and "of_endpoint" in text else 0
    names = ("due_shard", "of_agent", "of_customer", "of_status", "of_endpoint")
    return size + moved + sum(name in text for name in names)


def measure() -> tuple[Meter, Meter]:
    """The usage of an idle month, and of one answered, recorded call that three webhook events and more tell of."""
    parameters = {"Stage": "local", "DefaultCarrier": "sandbox", "WebhookEgressAllow": "127.0.0.0/8"}
    parameters["PublicUrl"] = "http://localhost:3001"
    stack = Stack.start(ROOT / "template.yaml", parameters, root=ROOT, name="tandem-costs")
    receiver = Receiver()
    # Whenever it is measured: what falls into which minute and hour decides what is written together.
    stack.clock.move_to(math.ceil(stack.clock.now() / 3600) * 3600)
    try:
        return _idle(stack), _calls(stack, receiver)
    finally:
        receiver.stop()
        stack.stop()


def _idle(stack: Stack) -> Meter:
    month = Meter()
    for schedule in stack.deployment.schedules.values():
        tick = Meter()
        stack.cloud.guards.append(tick.asked)
        stack.run_schedule(schedule.logical_id)
        tick.invoked(stack.functions[schedule.function].memory, traced=False)
        stack.cloud.guards.remove(tick.asked)
        times = MINUTES / _MINUTES_OF[schedule.expression]
        month.usage.update({name: number * times for name, number in tick.usage.items()})
    month.usage["SQS requests"] += POLLS * sum(source.is_queue for source in stack.deployment.sources)
    month.usage["CloudWatch alarms"] += len(stack.deployment.alarms)
    return month


def _calls(stack: Stack, receiver: Receiver) -> Meter:
    """One call's usage: the mean of a few, with one question for its state and one for its recording."""
    meter = Meter()
    workspace = make_workspace(stack, "cost")
    headers = {"authorization": f"Bearer {workspace.keys['live']}"}
    stack.request("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url}, headers=headers)
    idle = {schedule.function for schedule in stack.deployment.schedules.values()}

    def note(function: str, event: Any, outcome: Any) -> None:
        if function not in idle:
            meter.invoked(stack.functions[function].memory, traced=True)
            meter.usage["HTTP API requests"] += "requestContext" in event

    stack.calls.listeners.append(note)
    # A receipt and a deletion for each message, besides the sending that is counted.
    stack.cloud.guards.append(meter.asked)
    for _ in range(_CALLS):
        body = {"customerPhone": "+15005550001", "agentId": "agent-1"}
        placed = stack.request("POST", "/api/telephony/calls/initiate", json=body, headers=headers).json()["data"]
        begun = stack.clock.now()
        for second in range(1, 13):
            stack.clock.move_to(begun + second)
            stack.settle()
        for suffix in ("", "/recording"):
            stack.request("GET", f"/api/telephony/calls/{placed['callId']}{suffix}", headers=headers)
    stack.cloud.guards.remove(meter.asked)
    meter.usage["SQS requests"] *= 3
    return Meter(Counter({name: number / _CALLS for name, number in meter.usage.items()}))


def table(idle: Meter, call: Meter) -> str:
    """The figures in Markdown."""
    lines = ["| | with AWS's always-free tiers | without |", "| --- | --- | --- |"]
    for name, meter, times in (("idle, a month", idle, 1), ("1,000 calls", call, 1000)):
        prices = [f"${meter.dollars(times, free=free):.2f}" for free in (True, False)]
        lines.append(f"| {name} | {' | '.join(prices)} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table, and below it what it is made of."""
    idle, call = measure()
    sys.stdout.write(table(idle, call) + "\n\n")
    for name, price in PRICES.items():
        month, thousand = idle.usage[name], call.usage[name] * 1000
        sys.stdout.write(f"  {name:26} idle {month:14,.2f} ${month * price:6.3f}  ")
        sys.stdout.write(f"1,000 calls {thousand:12,.2f} ${thousand * price:6.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
