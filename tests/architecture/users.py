"""Finds headers that no file includes, and counts those with one user, which could join that user."""

import re

from includes import included, sources

HEADERS = {".hpp", ".cuh", ".h"}
BACKEND = re.compile(r"_(cpu|cuda)$")  # nn/backend_cpu.cpp and nn/backend_cuda.cpp are sources of nn/backend.hpp


def stem(path):
    """The path without suffix and backend: equal for a header and its own sources."""
    return path.parent / BACKEND.sub("", path.stem)


def users(checkout):
    """{header: the files of src/ and tests/ that include it}, without the header's own sources."""
    folders = [checkout / "src", checkout / "tests"]
    paths = [path for folder in folders for path in sources(folder)]
    found = {path: [] for path in paths if path.suffix in HEADERS}
    for path in paths:
        for _, name, _ in included(path):
            header = next((folder / name for folder in folders if folder / name in found), None)
            if header and stem(header) != stem(path):
                found[header].append(path)
    return found


def single_user_headers(checkout):
    """The headers of src/ with one user besides their own sources."""
    return [
        header for header, by in users(checkout).items() if len(by) == 1 and header.is_relative_to(checkout / "src")
    ]


def violations(checkout):
    """A sentence for each header without a user."""
    return [
        f"{header.relative_to(checkout).as_posix()}: only its own source includes it, if any"
        for header, by in users(checkout).items()
        if not by
    ]
