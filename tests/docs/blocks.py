"""The fenced blocks of a page, and what their marks say.

```sh run                    a command that the test runs, in order, in a scratch copy of the project
```sh run, exit code 2       one that ends with this code
```sh run, interrupted       a sweep that the reader stops by Ctrl-C, the test by SIGTERM once an epoch is done; code 4
```sh cluster                one that the test does not run, with the reason: a word of REASONS, and if it helps a note
```sh long: tests/a_test.py
```toml jobs/mine.toml       a file that the reader writes, and the test too
```text shown                output of the command above: its lines occur in the real output, apart from numbers
```text                      any other text; likewise toml, python, cpp, cmake, json
"""

import dataclasses
import re

PAGES = [
    "*.md",
    ".github/*.md",
    "packaging/*.md",
    "docs/*.md",
    "results/*.md",
    "results/reference/*.md",
    "datasets/*.md",
]
LANGUAGES = {"sh", "text", "toml", "python", "cpp", "cmake", "json"}
# Why the test does not run a command.
REASONS = {
    "long": "takes minutes or CIFAR",
    "build": "compiles",
    "network": "downloads",
    "cluster": "needs a cluster",
    "gpu": "needs a GPU",
    "root": "installs packages",
}
FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?:\A|\n\n)((?: {4}\S[^\n]*\n)+)")
EXIT_CODE = re.compile(r"run, exit code (\d+)")
INTERRUPTED = "run, interrupted"


@dataclasses.dataclass
class Block:
    """A block: its page and line, its language, the rest of its first line, and its text."""

    page: str
    line: int
    language: str
    mark: str
    text: str

    @property
    def file(self):
        """The file that the block is, or ""."""
        return self.mark if self.language in {"toml", "python"} and "." in self.mark else ""

    @property
    def exit_code(self):
        """The expected exit code of a block that is run; None for others."""
        code = EXIT_CODE.fullmatch(self.mark)
        return int(code.group(1)) if code else {"run": 0, INTERRUPTED: 4}.get(self.mark)

    def fault(self):
        """A sentence if the block is not marked as it has to be, else None."""
        where = f"{self.page}:{self.line}:"
        if self.language not in LANGUAGES:
            expected = f"mark commands 'sh run', or 'sh' and one of {sorted(REASONS)}; output 'text'"
            return f"{where} the block has no language; {expected}"
        if self.language == "sh" and self.exit_code is None and self.mark.split(":")[0] not in REASONS:
            return f"{where} 'sh {self.mark}': expected run, or why it is not run: one of {sorted(REASONS)}"
        if self.language == "text" and self.mark not in {"", "shown"}:
            return f"{where} 'text {self.mark}': expected 'text' or 'text shown'"
        return None


def find_blocks(page, text):
    """The fenced blocks of a page, in order."""
    found = []
    for fence in FENCE.finditer(text):
        indent, info, body = fence.groups()
        language, _, mark = info.strip().partition(" ")
        body = re.sub("^" + indent, "", body, flags=re.MULTILINE)
        found.append(Block(page, text.count("\n", 0, fence.start()) + 1, language, mark.strip(), body))
    return found


def faults(page, text):
    """A sentence for each block of a page that is not marked, or is indented and so cannot be."""
    found = [fault for fault in (block.fault() for block in find_blocks(page, text)) if fault]
    rest = FENCE.sub(lambda fence: "\n" * fence.group().count("\n"), text)
    return found + [
        f"{page}:{rest.count(chr(10), 0, block.start(1)) + 1}: an indented block; put it between ``` and mark it"
        for block in INDENTED.finditer(rest)
    ]


NUMBER = r"(?<![\w.])[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"


def masked(line):
    """A line of output without what differs from run to run: numbers, ids, hosts, times, the width of columns."""
    line = re.sub(r"\b(?=[a-f]*\d)[0-9a-f]{4,16}\b", "0", line)
    line = re.sub(r"\(host [^)]*\)", "(host)", line)
    line = re.sub(r"time left not known yet|left [^\]]*", "left", line)
    line = re.sub(r"(?<==)\d[\d.]*|" + NUMBER, "0", line)
    line = re.sub(r"\b0 (?:min|s|h)(?: 0 (?:min|s))?\b", "0 s", line)
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", " ", line)).strip()


def missing_lines(shown, output):
    """The lines of a block 'text shown' that the output does not have. A line '...' stands for any; one that ends with ...
    is cut."""
    lines = [masked(line) for line in output.splitlines()]
    missing = []
    for line in shown.splitlines():
        wanted, cut = masked(line.removesuffix("...")), line.endswith("...")
        if wanted and not any(other.startswith(wanted) if cut else other == wanted for other in lines):
            missing.append(line)
    return missing
