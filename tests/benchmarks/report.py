"""The table of what was measured, and the targets beside what was reached."""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.measuring import Figures
from tests.benchmarks.overviews import Measured

OURS = "ours"
IDEMPOTENT = "ours, Idempotency-Key"
MOST_MEMORY = 53


@dataclass(frozen=True)
class Target:
    """Ours over a peer's, at most."""

    what: str
    ours: str
    peer: str
    most: float
    only: str = ""


TARGETS = (
    Target("cold", OURS, "cookbook", 0.50),
    Target("cold", OURS, "fastapi", 0.55),
    Target("cold", OURS, "floor", 5.5),
    Target("warm", OURS, "cookbook", 0.50, only="initiate"),
    Target("warm", IDEMPOTENT, "cookbook", 0.64, only="initiate"),
    Target("warm", OURS, "cookbook", 0.64, only="get"),
)
"""A read is of equal round trips on every side. `cold` is judged by instructions where valgrind counts them."""


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def show(operation: str, figures: dict[str, Figures], rounds: int) -> bool:
    """Print the table of one operation; whether its targets are met."""
    say(f"\n{operation}: median of {rounds} fresh processes; warm: median of {len(figures[OURS].warm)} rounds")
    say(f"{'':28}{'cold ms':>9}{'G instr':>9}{'RSS MB':>8}{'warm us CPU':>13}{'round trips':>13}")
    for name, one in figures.items():
        counted = f"{one.instructions / 1e9:.3f}" if one.instructions else "-"
        cold, memory, warm = (statistics.median(values) for values in (one.cold, one.memory, one.warm))
        say(f"{name:28}{cold:9.1f}{counted:>9}{memory:8.1f}{warm:13.0f}{one.trips:13}")
    memory = statistics.median(figures[OURS].memory)
    verdicts = [_verdict(f"RSS {memory:.1f} MB", MOST_MEMORY, met=memory <= MOST_MEMORY)]
    verdicts += [_judged(target, figures) for target in TARGETS if target.only in ("", operation)]
    return all(verdicts)


def show_overviews(found: Sequence[Measured], most: int) -> bool:
    """Print what overviews of 30 days read, of few calls and of many; whether that is the same."""
    say("\noverview of 30 days: what one reads of the table; own: median of processor time, the table's left out")
    say(f"{'calls':>9}{'requests':>10}{'items':>7}{'bytes':>8}{'read units':>12}{'own ms':>8}")
    for one in found:
        say(f"{one.calls:9,}{one.requests:10}{one.items:7}{one.size:8,}{one.units:12g}{one.own:8.1f}")
    growth = max(one.items for one in found) / min(one.items for one in found)
    units = max(one.units for one in found)
    verdicts = [_verdict(f"items, of most calls / of fewest: {growth:.2f}", 1, met=growth <= 1)]
    return all([*verdicts, _verdict(f"read units: {units:g}", most, met=units <= most)])


def _judged(target: Target, figures: dict[str, Figures]) -> bool:
    ours, peer = figures[target.ours], figures[target.peer]
    name = f"{target.what} {target.ours} / {target.peer}"
    if target.what == "warm":
        ratio = _paired(ours.warm, peer.warm)
        return _verdict(f"{name}: {ratio:.2f}", target.most, met=ratio <= target.most)
    clock = _paired(ours.cold, peer.cold)
    if ours.instructions is None or peer.instructions is None:
        return _verdict(f"{name}: {clock:.2f} by the clock", target.most, met=clock <= target.most)
    counted = ours.instructions / peer.instructions
    text = f"{name}: {counted:.2f} by instructions, {clock:.2f} by the clock"
    return _verdict(text, target.most, met=counted <= target.most)


def _paired(ours: list[float], peer: list[float]) -> float:
    """The median of the rounds' ratios: what disturbed one side of a round disturbed the other."""
    return statistics.median(mine / theirs for mine, theirs in zip(ours, peer, strict=True))


def _verdict(text: str, most: float, *, met: bool) -> bool:
    say(f"  {'met   ' if met else 'MISSED'} {text} (at most {most:g})")
    return met
