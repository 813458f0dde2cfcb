"""Finds declarations of a module that lie outside its namespace. Forward declarations of other types are allowed."""

import re

from includes import sources
from modules import MODULES, module_of, namespaces_of
from type_names import EXTERN, NAMESPACE, code, declared, statements

FORWARD = re.compile(r"^(?:struct|class|enum(?:\s+(?:class|struct))?)\s+\w+(?:\s*:\s*[\w:]+)?$")
ALIAS = re.compile(r"^namespace\s+\w+\s*=")


def declares(head, sign):
    """True unless a statement is empty, an alias of a namespace, or a forward declaration."""
    return bool(head) and not ALIAS.match(head) and not (sign == ";" and FORWARD.match(head))


def declarations(text):
    """(line, namespace, type or None) of each declaration at namespace level."""
    text, scopes = code(text), []  # of each open brace: its namespace, "" if it opens none, None within a definition
    for start, head, sign in statements(text):
        if sign == "}":
            scopes and scopes.pop()
            continue
        namespace = NAMESPACE.match(head) if sign == "{" else None
        opens = namespace or (sign == "{" and EXTERN.match(head))
        if None not in scopes and not opens and declares(head, sign):
            yield text.count("\n", 0, start) + 1, "::".join(filter(None, scopes)), declared(head, sign)
        if sign == "{":
            scopes.append((namespace.group(1) or None) if namespace else "" if opens else None)


def owner(namespace):
    """The namespace of a module that this one is or lies in, the longest: m2m::results, not m2m, for m2m::results::hdf5."""
    known = {name for module in MODULES for name in namespaces_of(module)}
    return max((name for name in known if (namespace + "::").startswith(name + "::")), key=len, default=None)


def violations(src):
    """A sentence for the first declaration of each file that lies elsewhere; outside any namespace only types count."""
    found = []
    for path in sources(src):
        file = path.relative_to(src).as_posix()
        if not (module := module_of(file)):
            continue
        for line, namespace, name in declarations(path.read_text()):
            if not (owner(namespace) in namespaces_of(module) if namespace else name is None):
                found.append(
                    f"{file}:{line}: declares in {namespace or 'no namespace'}; {module} has "
                    f"{' and '.join(namespaces_of(module))}"
                )
                break
    return found
