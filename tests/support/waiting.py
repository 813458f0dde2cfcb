"""Waiting for what other processes do."""
import time


def eventually(condition, seconds=60, pause=0.01):
    """Asks until it is so, for at most `seconds`; whether it was."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
