"""Waits for other processes."""

import time


def eventually(condition, seconds=60, pause=0.01):
    """Polls `condition` for at most `seconds`; returns true if it became true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
