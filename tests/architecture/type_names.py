"""Finds types of a namespace that share a qualified name: two definitions are undefined behaviour if a program links both,
and no compiler reports them. Types in an unnamed namespace and members of a class are left out."""

import re

# Text without code, in the order of a scan: comments, raw strings, strings, characters, directives.
NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\''
    r"|^[ \t]*#(?:\\\n|[^\n])*",
    re.DOTALL | re.MULTILINE,
)
ATTRIBUTE = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)|\b__attribute__\s*\(\(.*?\)\)", re.DOTALL)
NAMESPACE = re.compile(r"^(?:inline\s+)?namespace\b\s*([\w:]*)$")
EXTERN = re.compile(r'^extern\s*""$')
DEFINITION = re.compile(
    r"^(?:typedef\s+)?(?:struct|class|union|enum(?:\s+(?:class|struct))?)\s+(\w+)(?:\s+final)?\s*(?::(?!:).*)?$",
    re.DOTALL,
)
ALIAS = re.compile(r"^using\s+(\w+)\s*=")
TYPEDEF = re.compile(r"^typedef\b.*?(?:\(\s*\*\s*(\w+)\s*\)\s*\(.*\)|\b(\w+))$", re.DOTALL)


def code(text):
    """The text without comments, strings and directives; lines keep their numbers."""

    def blank(match):
        lines = "\n" * match.group().count("\n")
        return '""' + lines if match.group().startswith(('"', "R")) else " " + lines

    return NO_CODE.sub(blank, text)


def without_template(head):
    """A declaration without the `template <...>` in front of it."""
    while match := re.match(r"template\s*<", head):
        depth, end = 1, match.end()
        while end < len(head) and depth > 0:
            depth += {"<": 1, ">": -1}.get(head[end], 0)
            end += 1
        head = head[end:].lstrip()
    return head


def statements(text):
    """(where it begins, its head, what ends it) for each statement of code: up to a ';', '{' or '}' outside of parentheses."""
    begin, depth = 0, 0
    for index, sign in enumerate(text):
        if sign in "()":
            depth += 1 if sign == "(" else -1
        if sign in ";{}" and (depth == 0 or sign != ";"):
            head = text[begin:index]
            start = begin + len(head) - len(head.lstrip())
            yield start, without_template(ATTRIBUTE.sub(" ", head).strip()), sign
            begin = index + 1


def declared(head, sign):
    """The type that a statement of a namespace declares, or None."""
    match = DEFINITION.match(head) if sign == "{" else ALIAS.match(head) or TYPEDEF.match(head)
    return next((name for name in match.groups() if name), None) if match else None


def types(text):
    """(line, qualified name) of each type that a source defines at namespace level."""
    text = code(text)
    scopes = []  # of each open brace: the namespace it opens, "" if it opens none, None within a definition
    for start, head, sign in statements(text):
        if sign == "}":
            scopes and scopes.pop()
            continue
        if None not in scopes and (name := declared(head, sign)):
            yield text.count("\n", 0, start) + 1, "::".join([scope for scope in scopes if scope] + [name])
        if sign == "{":
            namespace = NAMESPACE.match(head)
            named = namespace.group(1) if namespace else "" if EXTERN.match(head) else None
            scopes.append(None if namespace and not named else named)


def violations(folder, paths):
    """A sentence for each definition of a name that an earlier one has; names are relative to `folder`."""
    first, found = {}, []
    for path in paths:
        for line, name in types(path.read_text()):
            here = f"{path.relative_to(folder).as_posix()}:{line}"
            if name in first:
                found.append(f"{here}: {name} is also a type of {first[name]}")
            first.setdefault(name, here)
    return found
