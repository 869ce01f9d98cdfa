"""The platform's clock: real time plus an offset that functions read from a file."""

import os
import struct
import time
from bisect import bisect_right
from pathlib import Path

OFFSET = struct.Struct("<d")


class Clock:
    """Moves forward only; keeps its history so that an old real time can be read as platform time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.reset()

    def reset(self) -> None:
        """Back to real time."""
        self.offset = 0.0
        self._history = [(0.0, 0.0)]
        os.pwrite(self._file, OFFSET.pack(0.0), 0)

    def now(self) -> float:
        """Seconds since the epoch, on the platform's clock."""
        return time.time() + self.offset

    def move_to(self, instant: float) -> None:
        """Let it be `instant`; an instant in the past changes nothing."""
        real = time.time()
        if instant <= real + self.offset:
            return
        self.offset = instant - real
        self._history.append((real, self.offset))
        # One write of eight bytes: readers in other processes see the old offset or the new one.
        os.pwrite(self._file, OFFSET.pack(self.offset), 0)

    def at_real(self, real: float) -> float:
        """What the platform's clock showed at a real time, e.g. when a signature was made."""
        index = bisect_right(self._history, real, key=lambda entry: entry[0]) - 1
        return real + self._history[max(index, 0)][1]

    def close(self) -> None:
        """Release the file."""
        os.close(self._file)
