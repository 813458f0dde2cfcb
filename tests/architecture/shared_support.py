"""Finds headers of tests outside tests/support, or outside the namespace m2m::testing. The comparison with the authors'
program is a subject of its own: its golden values stay in tests/parity."""

import re

NAMESPACE = re.compile(r"^namespace (m2m[\w:]*)", re.MULTILINE)


def violations(checkout):
    for path in sorted([*(checkout / "tests").rglob("*.hpp"), *(checkout / "tests").rglob("*.cuh")]):
        name = path.relative_to(checkout).as_posix()
        folder = name.split("/")[1]
        if folder == "parity":
            continue
        if folder != "support":
            yield f"{name}: a header of tests lies in tests/support"
        for namespace in NAMESPACE.findall(path.read_text()):
            if namespace != "m2m::testing" and not namespace.startswith("m2m::testing::"):
                yield f"{name}: namespace {namespace}; what tests share is in m2m::testing or within"
