"""What a carrier must bring along to be held to the contract: a way to steer what happens beyond its adapter."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Protocol

from tandem.carriers.base import Carrier, CarrierRequest, CarrierResponse, Dial


class DialAnswer(StrEnum):
    """What becomes of a dial, beyond the adapter."""

    ACCEPTED = "accepted"
    INVALID_NUMBER = "invalid_number"  # a definite no, and the reason is the number
    REFUSED = "refused"  # a definite no for any other reason
    UNREACHABLE = "unreachable"  # nothing was sent
    BROKEN = "broken"  # a server error
    GARBLED = "garbled"  # an answer that says nothing
    SILENT = "silent"  # the call is placed and no answer comes in time
    LOST = "lost"  # the call is placed and the connection breaks


class Harness(Protocol):
    """One carrier under test."""

    @property
    def carrier(self) -> Carrier:
        """The adapter."""

    answers: ClassVar[frozenset[DialAnswer]]
    """What this carrier can be made to do."""

    def prepare(self, answer: DialAnswer, reference: str) -> Dial:
        """Let the next dial have this answer; the dial to make."""

    def placed(self, reference: str) -> int:
        """How many calls the carrier placed for this reference."""

    def life(self, reference: str) -> Sequence[CarrierRequest]:
        """What the carrier sends in the course of a call of ours that rings, is answered, talked on, ended and
        recorded, in the order of time."""

    def forgeries(self, genuine: CarrierRequest) -> Sequence[CarrierRequest]:
        """The same request as others than the carrier would send it."""

    def understands(self, response: CarrierResponse) -> None:
        """Read instructions as the carrier would. Raises AssertionError where it would not understand them."""

    def recording(self, failures: int = 0) -> str:
        """A recording whose first fetches fail."""

    def missing_recordings(self) -> Sequence[str]:
        """Recordings that cannot be fetched, ever."""
