"""moto answers by the shorter ways what it answers by its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.unit.local.plain_moto import ASKED

ROOT = Path(__file__).parents[3]


def answers(*ways: str) -> list[str]:
    """What moto answers to each question, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers/shared")])}
    command = [sys.executable, "-m", "tests.unit.local.plain_moto", *ways]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_every_answer_and_every_refusal_is_the_same() -> None:
    slowly, quickly = answers(), answers("quicker")
    assert len(slowly) == len(ASKED) + 2
    assert sum("Error(" in answer or "Exception(" in answer for answer in slowly) == 20
    assert quickly == slowly
