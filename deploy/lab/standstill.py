"""How long this machine let nobody work at a time, at most, and what its host took of it.

Usage: standstill.py FILE
Writes `LONGEST_MILLISECONDS STOLEN_PERCENT` to FILE each second, until it is killed or whoever started it is gone.
"""

import contextlib
import os
import pathlib
import sys
import threading
import time

STEAL = 8


class Standstill:
    """A thread before all others, the engine's too, sleeps a little, again and again: how much too long, at most?"""

    NAP_SECONDS = 0.005

    def __init__(self):
        self.millis = 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(os.sched_get_priority_max(os.SCHED_FIFO)))
        last = time.monotonic()
        while not self.over.is_set():
            time.sleep(self.NAP_SECONDS)
            now = time.monotonic()
            self.millis = max(self.millis, (now - last - self.NAP_SECONDS) * 1000)
            last = now

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.over.set()
        self.thread.join()


def ticks():
    return [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]


def main():
    file = pathlib.Path(sys.argv[1])
    first = ticks()
    starter = os.getppid()
    with Standstill() as standstill:
        while os.getppid() == starter:
            time.sleep(1)
            passed = [now - then for now, then in zip(ticks(), first)]
            stolen = 100 * passed[STEAL - 1] / max(sum(passed), 1)
            fresh = file.with_suffix(".new")
            fresh.write_text(f"{standstill.millis:.0f} {stolen:.1f}\n")
            fresh.rename(file)


if __name__ == "__main__":
    main()
