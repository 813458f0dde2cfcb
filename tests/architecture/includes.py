"""Checks the #include lines of a tree: dependencies that modules.py does not allow, libraries outside their module."""

import re

from modules import LIBRARIES, module_of, usable

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SUFFIXES = {".cpp", ".hpp", ".cu", ".cuh", ".h"}


def sources(folder):
    """The C++ and CUDA files below a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def included(path):
    """(line number, header, true if in quotes) for each #include of a file."""
    text = COMMENT.sub(lambda match: "\n" * match.group().count("\n"), path.read_text())
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(2), match.group(1) == '"'


def wrong_library(file, header):
    """The reason why `file` may not include this library header, or None."""
    for library, (prefixes, allowed) in LIBRARIES.items():
        if header.startswith(tuple(prefixes)) and module_of(file) not in allowed and file not in allowed:
            return f"includes <{header}>, but {library} is only for {', '.join(allowed)}"
    return None


def wrong_dependency(src, file, header, quoted):
    """The reason why `file` may not include this header of the project, or None."""
    if not (src / header).is_file():
        beside = (src / file).parent / header
        if quoted and beside.is_file():
            return f'includes "{header}" by a path that does not begin at src/'
        return f'includes "{header}", which does not exist below src/' if quoted else None
    used, module = module_of(header), module_of(file)
    if used is None or used not in usable(module):
        return f"includes {header}, but modules.py allows no dependency from {module} to {used or 'it'}"
    return None


def violations(src):
    """A sentence for each forbidden #include below `src`."""
    found = []
    for path in sources(src):
        file = path.relative_to(src).as_posix()
        if module_of(file) is None and "/" in file:
            found.append(f"{file}: lies in no module")
            continue
        for line, header, quoted in included(path):
            if module_of(file) is None:
                found.append(f"{file}:{line}: includes {header}, but a file outside the modules includes nothing")
                continue
            reason = wrong_library(file, header) or wrong_dependency(src, file, header, quoted)
            if reason:
                found.append(f"{file}:{line}: {reason}")
    return found
