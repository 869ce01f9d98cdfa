"""The sandbox held to the contract: table and queue are moto's, the messages on the queue are what it tells."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import boto3
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.local.moto_state import MotoState
from tandem.aws import table
from tandem.carriers.base import CarrierRequest, CarrierResponse, Dial
from tandem.carriers.sandbox import Sandbox
from tests.contract.harness import DialAnswer

REGION, TABLE, QUEUE = "eu-west-1", "contract", "sandbox-steps"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "contract-sandbox",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": REGION,
    "TABLE_NAME": TABLE,
    "CARRIER_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{DEFAULT_ACCOUNT_ID}/{QUEUE}",
}
_NUMBERS = {
    DialAnswer.ACCEPTED: "+15005550001",
    DialAnswer.INVALID_NUMBER: "+15005550007",
    DialAnswer.REFUSED: "+15005550006",
    DialAnswer.LOST: "+15005550009",
}
_FAILING = "+15005550010"


class SandboxHarness:
    """The sandbox, adapter and carrier in one."""

    answers: ClassVar = frozenset(_NUMBERS)

    def __init__(self) -> None:
        self.carrier = Sandbox()

    def _dial(self, reference: str, number: str) -> Dial:
        return Dial(reference, "+15005550100", number, record=True)

    def prepare(self, answer: DialAnswer, reference: str) -> Dial:
        """See Harness."""
        return self._dial(reference, _NUMBERS[answer])

    def placed(self, reference: str) -> int:
        """See Harness."""
        item = table.get(f"SANDBOX#{reference}", "CALL")
        return int(item["dials"]) if item else 0

    def life(self, reference: str) -> Sequence[CarrierRequest]:
        """See Harness."""
        self.carrier.dial(self.prepare(DialAnswer.ACCEPTED, reference))
        return [CarrierRequest("https://api.example.com/incoming", {}, body.encode()) for body in self._told()]

    def _told(self) -> list[str]:
        """The messages on the queue in the order in which they fall due, whether they are or not."""
        queue = get_backend("sqs")[DEFAULT_ACCOUNT_ID][REGION].queues[QUEUE]
        return [message.body for message in sorted(queue._messages, key=lambda message: message.delayed_until)]

    def forgeries(self, genuine: CarrierRequest) -> Sequence[CarrierRequest]:
        """See Harness."""
        return [genuine]  # nobody calls us over HTTP in the sandbox's name

    def understands(self, response: CarrierResponse) -> None:
        """See Harness."""
        assert response.status == 200
        assert isinstance(json.loads(response.body.encode("utf-8")), list)

    def recording(self, failures: int = 0) -> str:
        """See Harness."""
        assert failures in (0, 2), "two is what the sandbox's number fails"
        reference = f"t-1.recorded-{failures}"
        self.carrier.dial(self._dial(reference, _FAILING if failures else _NUMBERS[DialAnswer.ACCEPTED]))
        return f"sandbox:{reference}"

    def missing_recordings(self) -> Sequence[str]:
        """See Harness."""
        return ["sandbox:t-1.none", "sandbox:", "", "https://169.254.169.254/"]


@contextmanager
def sandbox() -> Iterator[SandboxHarness]:
    """A table, a queue and the sandbox on them. Wants ENVIRONMENT."""
    aside = MotoState.put_aside()  # another test's stack may live in this process
    with mock_aws():
        boto3.client("sqs").create_queue(QueueName=QUEUE)
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        yield SandboxHarness()
    aside.take_up()
