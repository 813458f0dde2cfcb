"""Finds sources outside src/settings that spell the name of a setting. Other modules use the member that stands for the
setting, so that the compiler knows its users (read, value_of, name_of of src/settings/bind.hpp). Sentences may name settings."""

import re

from modules import module_of

ROW = re.compile(r'\b(?:setting|seed_row)\(\s*"([a-z0-9_.]+)"')
TEXT = re.compile(r'"((?:\\.|[^"\\\n])*)"')
# Names without a dot can be any word; they count only as arguments of a configuration.
ASKED = re.compile(
    r"\b(?:config|given|resolved|fixed)(?:\.json\(\))?\."
    r'(?:has|flag|integer|number|text|numbers|set|contains|at)\(\s*"(\w+)"'
)

ALLOWED = {  # file below src/: {literal: the reason}
    "results/merge.cpp": {
        "train.precision": "makes the column 'precision' of results.h5; the module of results takes settings as JSON alone"
    },
}


def names(src):
    """Every setting that a row names, and what the names of a group begin with: "train."."""
    rows = {name for path in sorted((src / "settings").glob("*.cpp")) for name in ROW.findall(path.read_text())}
    return rows | {name.partition(".")[0] + "." for name in rows if "." in name}


def literals(text, known):
    """(line, name) of each literal that is exactly a name."""
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("//")[0]
        dotted = [name for name in TEXT.findall(code) if "." in name]
        yield from ((number, name) for name in dotted + ASKED.findall(code) if name in known)


def violations(src):
    """A sentence for each literal that is not allowed, and for each allowed one that no longer exists."""
    known, found = names(src), []
    for path in sorted(path for path in src.rglob("*") if path.suffix in {".cpp", ".hpp", ".cu", ".cuh"}):
        file = path.relative_to(src).as_posix()
        if module_of(file) == "settings":
            continue
        spelt, allowed = list(literals(path.read_text(), known)), ALLOWED.get(file, {})
        found += [
            f'{file}:{line}: spells the setting "{name}"; its member of src/settings stands for it'
            for line, name in spelt
            if name not in allowed
        ]
        found += [
            f'{file}: no longer spells "{name}"; take it out of setting_literals.py'
            for name in allowed
            if name not in {name for _, name in spelt}
        ]
    return found
