"""`python -m tests.benchmarks [--quick]`: ours against three peers, side by side, and what an overview reads."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tandem.keys.models import TEST, new_key
from tests.benchmarks import events, measuring, overviews, report
from tests.benchmarks.measuring import Figures, Subject
from tests.benchmarks.variants import Variant, prepare


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    operations: tuple[str, ...]
    cold_rounds: int
    warm_rounds: int
    requests: int
    calls: tuple[int, ...] = overviews.SIZES
    """Of a tenant whose figures are read."""


FULL = Effort(("initiate", "get"), cold_rounds=15, warm_rounds=15, requests=40)
QUICK = Effort(("initiate",), cold_rounds=5, warm_rounds=5, requests=20, calls=overviews.SIZES[:2])


def main() -> int:
    """Run, print, and say by the exit code whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="initiate only, and fewer rounds")
    effort = QUICK if parser.parse_args().quick else FULL
    begun = time.monotonic()
    variants = prepare()
    met = True
    with tempfile.TemporaryDirectory() as folder, measuring.aws() as endpoint:
        for operation in effort.operations:
            subjects = _subjects(operation, variants, Path(folder))
            figures = _measured(subjects, endpoint, effort)
            met &= report.show(operation, {subject.name: one for subject, one in figures.items()}, effort.cold_rounds)
    met &= report.show_overviews(overviews.run(effort.calls), overviews.MOST_UNITS)
    report.say(f"{time.monotonic() - begun:.0f} s in all")
    return 0 if met else 1


def _subjects(operation: str, variants: list[Variant], folder: Path) -> list[Subject]:
    key = new_key(TEST)
    plain = events.initiate(key) if operation == "initiate" else events.get(key)
    file = folder / f"{operation}.json"
    file.write_text(json.dumps(plain))
    subjects = [Subject(variant.name, variant, variant.modules[operation], file) for variant in variants]
    if operation == "initiate":  # the cookbook's creation is always idempotent; ours is where the client asks for it
        asked = folder / "idempotent.json"
        asked.write_text(json.dumps(events.initiate(key, idempotency_key="benchmark")))
        ours = next(variant for variant in variants if variant.name == report.OURS)
        subjects.append(Subject(report.IDEMPOTENT, ours, ours.modules[operation], asked))
    return subjects


def _measured(subjects: list[Subject], endpoint: str, effort: Effort) -> dict[Subject, Figures]:
    figures = {subject: Figures() for subject in subjects}
    with _one_processor():
        for _ in range(effort.cold_rounds):
            measuring.cold_round(subjects, figures, endpoint)
        measuring.warm_rounds(subjects, figures, endpoint, rounds=effort.warm_rounds, requests=effort.requests)
    measuring.instructions(subjects, figures, endpoint)
    return figures


@contextmanager
def _one_processor() -> Iterator[None]:
    """The handlers on the first processor; the stub took the last."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


if __name__ == "__main__":
    sys.exit(main())
