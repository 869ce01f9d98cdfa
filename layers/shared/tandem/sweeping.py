"""Working through what is due, each thing on its own."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tandem.observability import count, logger

T = TypeVar("T")


def each(things: Iterable[T], do: Callable[[T], object]) -> int:
    """Do it to each; how many succeeded. One that fails is logged, stays due, and does not hold up the others."""
    done = 0
    for thing in things:
        try:
            do(thing)
        except Exception:
            logger().exception("left for the next sweep")
            count("SweepFailed")
        else:
            done += 1
    return done
