"""Pins: answers of the programs, in JSON files beside this one. A change of the programs' structure leaves them as they are.

If M2M_RENEW_PINS is set, a test rewrites its file and prints what changed; see scripts/renew_pins.sh.
"""

import json
import os
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent
RENEWS = "M2M_RENEW_PINS" in os.environ
MAX_LINES = 30


def leaves(value, place=""):
    """Yields (path, text) of each value in nested objects; a path is 'm2m-sweep > options'."""
    if isinstance(value, dict) and value:
        for key, member in value.items():
            yield from leaves(member, f"{place} > {key}" if place else key)
    else:
        yield place, json.dumps(value)


def difference(was, now):
    """Describes a change of a leaf; for lists, names the items that only one of them has."""
    before, after = (json.loads(text) if text else None for text in (was, now))
    if isinstance(before, list) and isinstance(after, list):
        gone, new = [item for item in before if item not in after], [item for item in after if item not in before]
        return f"gone {json.dumps(gone)}, new {json.dumps(new)}" if gone or new else "the order changed"
    return f"pinned {was or 'absent'}, now {now or 'absent'}"


def differences(pinned, actual):
    """Lists the leaves that differ, one a line."""
    before, now = dict(leaves(pinned)), dict(leaves(actual))
    return [
        f"  {place}: {difference(before.get(place), now.get(place))}"
        for place in dict(before, **now)
        if before.get(place) != now.get(place)
    ]


def read(name):
    """Reads NAME.json; an empty object if there is no such file."""
    file = FOLDER / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def check(name, actual):
    """Exits with the list of differences if NAME.json and `actual` differ; rewrites the file if pins are renewed."""
    file = FOLDER / f"{name}.json"
    lines = differences(read(name), actual)
    if RENEWS:
        print(f"{file.name}: as it was" if not lines else "\n".join([f"{file.name}:", *lines]))
        file.write_text(json.dumps(actual, indent=1, sort_keys=True) + "\n")
    elif lines:
        more = [f"  and {len(lines) - MAX_LINES} more"] if len(lines) > MAX_LINES else []
        raise SystemExit("\n".join([f"{file} differs; scripts/renew_pins.sh rewrites it:", *lines[:MAX_LINES], *more]))
