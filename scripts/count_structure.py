#!/usr/bin/env python3
"""Counts signs of an unclear structure in the source tree. Prints a table, or JSON with --json.

setting literals   texts of src/ that are exactly a dotted name of a setting, outside the module that declares it. If there is
                   src/settings it declares all; else a name belongs to the module in which a row begins with it.
places a method    for each method, the lines of src/ that spell its name as a text, include its header or name its variable,
                   and its header; the median over methods, and the most
places a setting   for each setting, the lines of src/ that spell its name as a text; the median over settings, and the most
names twice        types of a namespace whose qualified name is defined in more than one place (tests/architecture)
flat types         types that lie directly in namespace m2m
tests that quote   tests that compare (EXPECT, ASSERT, assert, expect_, contains, says) with a text of 20 characters or
                   more and three words. Names, numbers, what is quoted within, options with their values,
                   and rows of tables are no words. What other calls within a comparison are handed (a command line, the
                   text of a study) is input and does not count; nor do messages behind <<.
ctest entries      of the build folder that --build names
C++ files          of src/: how many, their median and longest length, and the share under 40 lines
"""

import argparse
import ast
import json
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parents[1]
SUFFIXES = {".cpp", ".hpp", ".cu", ".cuh"}
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
TEXT = re.compile(r'"((?:\\.|[^"\\\n])*)"')
ROW = re.compile(r'(?:\{|\.name = |\b(?:setting|choice|seed_field|number|epoch|field)\()\s*"([a-z0-9_]+\.[a-z0-9_]+)",')
FUNCTION_OF_ROWS = re.compile(r"std::vector<Field> \w+\(\)")
CATALOGUE_ENTRY = re.compile(r'inline const Method (\w+)\{\s*"([^"]+)"')
TEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST)\((\w+),\s*(\w+)\)", re.MULTILINE)
COMPARISON = re.compile(r"\b((?:EXPECT|ASSERT)_\w+|expect_\w+|contains|says)\(")
PYTHON_COMPARISON = re.compile(r"assert\w*|expect_\w+|fails|contains|says")
CALL = re.compile(r"\b(\w+)\(")
EXPECTING_CALL = re.compile(
    r"r?find|contains|says|holds|has|count|starts_?with|ends_?with|f?search|f?match|compile|regex"
    r"|format|string|HasSubstr|StartsWith|EndsWith|pair|replace|join|(?:EXPECT|ASSERT)_\w+"
    r"|expect_\w+|assert\w*"
)
INSIDE_QUOTES = re.compile(r"""(?<!\w)'[^']*'(?!\w)|\\"[^"]*\\"|`[^`]*`""")
OPTION = re.compile(r"--[a-z-]+(?: [^-\s]\S*)?")
ROW_OF_TABLE = re.compile(r"\S {2,}\S|\||&|\\t")
WORD = re.compile(r"\(?(?:[A-Za-z]?[a-z]+|[A-Za-z][a-z]+'[a-z]+)[,.;:!?)]*")
SENTENCE_LENGTH, SHORT_FILE = 20, 40


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def lines_with(tree, texts):
    """{text: [(file, line)]}: the literals of src/ that are exactly this text."""
    found = {text: [] for text in texts}
    for path in sources(tree / "src"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for text in set(TEXT.findall(line.split("//")[0])) & found.keys():
                found[text].append((path.relative_to(tree).as_posix(), number))
    return found


def setting_names():
    return [name for name in json.loads((HERE / "tests/pins/settings.json").read_text())["order"] if "." in name]


def module_of(file):
    return file.split("/")[1]


def declaring_modules(tree, names):
    """{setting: the module that declares it}"""
    if (tree / "src/settings").is_dir():
        return dict.fromkeys(names, "settings")
    found = {}
    for path in sources(tree / "src"):
        text = path.read_text()
        if FUNCTION_OF_ROWS.search(text):
            for name in ROW.findall(text):
                found.setdefault(name, module_of(path.relative_to(tree).as_posix()))
    return found


def setting_literals(tree, places):
    """{file: number of literals of settings that another module declares}"""
    declared, found = declaring_modules(tree, places), {}
    for name, lines in places.items():
        for file, _ in lines:
            if module_of(file) != declared.get(name):
                found[file] = found.get(file, 0) + 1
    return dict(sorted(found.items()))


def method_places(tree):
    """{method: lines of src/ that name it}"""
    methods = json.loads((HERE / "tests/pins/methods.json").read_text())["order"]
    found = {name: set(lines) for name, lines in lines_with(tree, methods).items()}
    for header in sorted((tree / "src/methods/catalogue").glob("*.hpp")):
        if entry := CATALOGUE_ENTRY.search(header.read_text()):
            variable, name = entry.groups()
            file = header.relative_to(tree / "src").as_posix()
            found[name] = {place for place in found[name] if place[0] != f"src/{file}"} | {(f"src/{file}", 0)}
            named = re.compile(rf'#include "{file}"|\bcatalogue::{variable}\b')
            for path in sources(tree / "src"):
                found[name].update(
                    (path.relative_to(tree).as_posix(), number)
                    for number, line in enumerate(path.read_text().splitlines(), 1)
                    if named.search(line)
                )
    return {name: sorted(lines) for name, lines in found.items()}


def type_counts(tree):
    """(types whose name is defined twice, types directly in m2m)"""
    sys.path.insert(0, str(HERE / "tests/architecture"))
    import type_names

    names = {name for path in sources(tree / "src") for _, name in type_names.types(path.read_text())}
    paths = sources(tree / "src") + sources(tree / "tests")
    return len(type_names.violations(tree, paths)), sum(name.count("::") == 1 for name in names)


def is_sentence(text):
    line = re.sub(r"(?:\\n|\n)\s*", " ", text)
    if len(line) < SENTENCE_LENGTH or ROW_OF_TABLE.search(line):
        return False
    return sum(bool(WORD.fullmatch(word)) for word in OPTION.sub("", INSIDE_QUOTES.sub("", line)).split()) >= 3


def call_end(text, begin):
    """The position at which the parenthesis before `begin` is closed."""
    depth, index = 1, begin
    while index < len(text) and depth:
        if literal := TEXT.match(text, index):
            index = literal.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        index += 1
    return index - 1


def expected_texts(text):
    """The texts of a comparison, without arguments of calls that make the compared value."""
    index = 0
    while index < len(text):
        if literal := TEXT.match(text, index):
            yield literal.group(1)
            index = literal.end()
        elif (call := CALL.match(text, index)) and not EXPECTING_CALL.fullmatch(call.group(1)):
            index = call_end(text, call.end()) + 1
        else:
            index = call.end() if call else index + 1


def quoted(body):
    """Sentences in comparisons of a C++ test; neighbouring texts are one."""
    found = set()
    for call in COMPARISON.finditer(body):
        joined = re.sub(r'"\s*\n\s*"', "", body[call.end() : call_end(body, call.end())])
        found.update(text for text in expected_texts(joined) if is_sentence(text))
    return found


def cpp_tests_that_quote(path):
    text = COMMENT.sub("", path.read_text())
    begins = list(TEST.finditer(text))
    for test, after in zip(begins, [*begins[1:], None]):
        if sentences := quoted(text[test.end() : after.start() if after else len(text)]):
            yield f"{test.group(1)}.{test.group(2)}", sentences


def call_name(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def expected_in(tree):
    """The texts of a Python expression, without arguments of calls that make the compared value."""
    if isinstance(tree, ast.Constant):
        return [tree.value] if isinstance(tree.value, str) else []
    makes_input = isinstance(tree, ast.Call) and not EXPECTING_CALL.fullmatch(call_name(tree))
    return [text for part in ([tree.func] if makes_input else ast.iter_child_nodes(tree)) for text in expected_in(part)]


def python_tests_that_quote(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.FunctionDef):
            continue
        compared = [part.test for part in ast.walk(node) if isinstance(part, ast.Assert)]
        for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
            if PYTHON_COMPARISON.fullmatch(call_name(call)):
                compared += call.args if call_name(call) == "assert_says" else call.args[:2]
        if sentences := {text for tree in compared for text in expected_in(tree) if is_sentence(text)}:
            yield node.name, sentences


def tests_that_quote(tree):
    """{file: {test: its sentences}}"""
    found = {}
    for path in sorted((tree / "tests").rglob("*")):
        if path.suffix in {".cpp", ".py"}:
            finder = cpp_tests_that_quote if path.suffix == ".cpp" else python_tests_that_quote
            if tests := {name: sorted(sentences) for name, sentences in finder(path)}:
                found[path.relative_to(tree).as_posix()] = tests
    return found


def ctest_entries(build):
    listing = subprocess.run(["ctest", "--test-dir", build, "-N"], text=True, capture_output=True, check=True).stdout
    return int(re.findall(r"Total Tests: (\d+)", listing)[0])


def counts(tree, build=None):
    """(the numbers, the counted items by name)"""
    settings = lines_with(tree, setting_names())
    outside, methods, quoting = setting_literals(tree, settings), method_places(tree), tests_that_quote(tree)
    lengths = [len(path.read_text().splitlines()) for path in sources(tree / "src")]
    setting_counts, method_counts = (
        [len(lines) for lines in settings.values()],
        [len(lines) for lines in methods.values()],
    )
    twice, flat = type_counts(tree)
    numbers = {
        "setting literals": sum(setting_counts),
        "setting literals outside their module": sum(outside.values()),
        "files with such literals": len(outside),
        "places of a method, median": statistics.median(method_counts),
        "places of a method, most": max(method_counts),
        "places of a setting, median": statistics.median(setting_counts),
        "places of a setting, most": max(setting_counts),
        "type names defined twice": twice,
        "types directly in m2m": flat,
        "tests that quote a sentence": sum(map(len, quoting.values())),
        "sentences quoted": sum(len(sentences) for tests in quoting.values() for sentences in tests.values()),
        "ctest entries": ctest_entries(build) if build else None,
        "C++ and CUDA files of src/": len(lengths),
        "median lines of a file": statistics.median(lengths),
        "lines of the longest": max(lengths),
        "share of files under 40 lines, in %": round(
            100 * sum(length < SHORT_FILE for length in lengths) / len(lengths), 1
        ),
    }
    return numbers, {
        "setting literals outside their module": outside,
        "tests that quote a sentence": quoting,
        "places of methods": {name: [f"{file}:{line}" for file, line in lines] for name, lines in methods.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", type=pathlib.Path, default=HERE, help="a checkout, by default this one")
    parser.add_argument("--build", help="build folder of the checkout, for ctest entries")
    parser.add_argument("--list", action="store_true", help="also print the counted items, file by file")
    parser.add_argument("--json", action="store_true", help="print JSON; with --list, with the counted items")
    given = parser.parse_args()
    numbers, details = counts(given.tree.resolve(), given.build)
    if given.json:
        print(json.dumps(dict(numbers, **(details if given.list else {})), indent=1))
        return
    for name, number in numbers.items():
        print(f"{name:40} {'-' if number is None else number:>8}")
    for name, items in details.items() if given.list else []:
        print(f"\n{name}")
        for key, value in items.items():
            print(f"  {key}: {value if isinstance(value, int) else len(value)}")
            for item in value if not isinstance(value, int) else []:
                print(f"    {item}" + (f": {value[item]}" if isinstance(value, dict) else ""))


if __name__ == "__main__":
    main()
