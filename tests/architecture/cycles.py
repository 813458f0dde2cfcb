"""Finds circles: modules that use each other, and headers that include each other, which `#pragma once` hides."""

from includes import included, sources
from modules import module_of


def find_cycle(edges):
    """The nodes of a circle in {node: nodes it uses}, the first one again at the end; None if there is no circle."""
    finished = set()

    def visit(node, path):
        if node in path:
            return path[path.index(node) :] + [node]
        if node in finished:
            return None
        found = next(filter(None, (visit(used, path + [node]) for used in sorted(edges.get(node, ())))), None)
        finished.add(node)
        return found

    return next(filter(None, (visit(node, []) for node in sorted(edges))), None)


def header_edges(src):
    """{header: the headers of the project that it includes}, relative to `src`."""
    return {
        path.relative_to(src).as_posix(): {name for _, name, _ in included(path) if (src / name).is_file()}
        for path in sources(src)
        if path.suffix not in {".cpp", ".cu"}
    }


def module_edges(src):
    """{module: the other modules that its files include}."""
    found = {}
    for path in sources(src):
        module = module_of(path.relative_to(src).as_posix())
        used = {module_of(name) for _, name, _ in included(path) if (src / name).is_file()}
        found.setdefault(module, set()).update(used - {module, None})
    found.pop(None, None)
    return found


def violations(src):
    """A sentence for the first circle of modules and for the first circle of headers."""
    cycles = {"modules use": find_cycle(module_edges(src)), "headers include": find_cycle(header_edges(src))}
    return [f"src/: {what} each other: {' -> '.join(cycle)}" for what, cycle in cycles.items() if cycle]
