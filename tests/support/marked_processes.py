"""Processes that are told from others by a word in their environment, which their children inherit."""

import contextlib
import pathlib


def processes_with(word):
    """{number: name of the program} of those that have not ended."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if word.encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "comm").read_text().strip()
    return found
