"""Finds names in documents that the checkout lacks: files, headings, make targets, options, settings, variables."""

import re

SUFFIXES = {".cpp", ".hpp", ".cu", ".py", ".sh", ".cmake", ".txt", ".toml"}
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CODE_OF_CONDUCT.md",
    ".github/*.md",
    "packaging/*.md",
    ".github/ISSUE_TEMPLATE/*.yml",
    "docs/*.md",
    "src/*.md",
    "results/*.md",
    "results/reference/*.md",
    "datasets/*.md",
]
HISTORY = ["CHANGELOG.md"]  # may name what no longer exists: only its links are checked

LINK = re.compile(r"\]\(([^)\s]+)\)")
# Blocks that a test compiles (tests/howto) or runs (tests/docs).
TESTED = re.compile(
    r"^(?:<!-- (?:src|tests)/[^\n]*-->\n```\w+|```sh run[^\n]*|```text shown)\n.*?^```$", re.DOTALL | re.MULTILINE
)
# A file that the reader of a page writes: with a study in it, or a new source.
WRITTEN = re.compile(r"^```\w+ ([\w/]+\.\w+)\n(?:name = \"(\w+)\")?|^<!-- (\S+), new -->$", re.MULTILINE)
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"^(?: {4}\S[^\n]*\n)+", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
CITED = re.compile(r'(\w[\w/]*\.md), "([^"]+)"')  # of a comment: docs/protocol.md, "Training"

# Paths in a command that belong to the checkout; results/ also holds the output of sweeps.
PATH = re.compile(
    r"(?<![\w./<-])((?:src|jobs|slurm|datasets|docs|scripts|cmake|requirements|tests|python/m2m_results)/[\w./*-]+"
    r"|results/[\w./-]+\.(?:py|md)|results/reference/[\w./-]+)"
)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z_-]+")
PROGRAM = re.compile(r"(?<![\w-])m2m-(sweep|report|doctor|bench)(?![\w-])(?!/)")
VERB = re.compile(r"(?<![\w-])m2m-(sweep|report|bench) ([a-z]+)(?![\w./=:-])")
SCRIPT = re.compile(r"results/(\w+)\.py")
PACKAGE = re.compile(r"(?:m2m-results|-m m2m_results) (\w+)")
RUNS = re.compile(r'run\("(\w+)"\)')  # in a script of results/: the command of the package that it is
SETTING = re.compile(
    r"(?:(?:data|train|m2m|recipe|record|seeds|second|post_hoc|weights|focal|ldam|mixup|remix|cmo|smoothing"
    r"|logit_adjustment|vs|gcl|experts|sade|cutmix|unimix|mamix|sam|asam|imbsam|augment)\.[a-z_0-9]+)"
)
VARIABLE = re.compile(r"\bM2M_[A-Z_]+\b")
TARGET = re.compile(r"(?:^|&& |; |[A-Z_]=\S+ )make ([a-z-]+)")
OUTPUT = re.compile(r"(?<![\w./-])results/([a-z]\w*)")  # the output folder of a study of jobs/
CLASSES = {"class_S", "class_M", "class_L"}  # output folders of m2m-bench class
# Options of other programs that documents name.
FOREIGN = {"--gtest_filter", "--mpi", "--bind-to", "--gpus-per-task", "--signal", "--requeue", "--open-mode"}
PYTHON, SHARED = "python/m2m_results", "command_line.py"  # the package, and the options that its commands share
# Where each program's options are declared.
DECLARED = {
    "sweep": ["sweep_arguments.cpp", "sweep_options.cpp"],
    "report": ["report_arguments.cpp"],
    "doctor": ["m2m_doctor.cpp"],
    "bench": ["../bench/m2m_bench.cpp", "../bench/class_options.cpp"],
}


def anchor(heading):
    """The link target that GitHub gives a heading."""
    words = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower())
    return words.replace(" ", "-")


def find_code(text):
    """(position, code) of fenced and indented blocks line by line, and of spans within a line."""
    text = TESTED.sub(lambda block: re.sub(r"[^\n]", " ", block.group()), text)
    found, rest = [], list(text)
    for block in [*FENCE.finditer(text), *INDENTED.finditer(text)]:
        position = block.start()
        for line in block.group().splitlines(keepends=True):
            found.append((position, line.partition(" #")[0]))
            position += len(line)
        rest[block.start() : block.end()] = " " * (block.end() - block.start())
    return found + [(span.start(), span.group(1)) for span in SPAN.finditer("".join(rest))]


class Checkout:
    """The names that exist in a checkout."""

    def __init__(self, root):
        self.root = root
        self.sources = self.texts("src")
        self.scripted = self.sources + self.texts("scripts", "cmake", "slurm", "tests", "python")
        self.studies = set(re.findall(r'^name = "(\w+)"', self.texts("jobs"), re.MULTILINE))
        makefile = root / "Makefile"
        self.targets = (
            set(re.findall(r"^([a-z-]+):", makefile.read_text(), re.MULTILINE)) if makefile.exists() else set()
        )
        self.options = {
            program: self.declared(root / "src/apps" / file for file in files) | {"--help", "--version"}
            for program, files in DECLARED.items()
        }
        self.verbs = {
            program: self.words(root / "src/apps" / file for file in files) for program, files in DECLARED.items()
        }
        self.commands = {
            path.stem.replace("__init__", path.parent.name): self.declared([path, root / PYTHON / SHARED])
            for path in (root / PYTHON).rglob("*.py")
            if "def add_arguments" in path.read_text()
        }
        self.scripts = {path.stem: self.script_options(path) for path in (root / "results").glob("*.py")}
        everywhere = set().union(*self.options.values(), *self.scripts.values(), *self.commands.values())
        self.anywhere = everywhere | FOREIGN | self.declared((root / "scripts").glob("*.sh"))

    def texts(self, *folders):
        """The text of all files of these folders."""
        return "\n".join(
            path.read_text()
            for folder in folders
            for path in sorted((self.root / folder).rglob("*"))
            if path.suffix in SUFFIXES
        )

    def script_options(self, script):
        """Options of a script of results/, and of the package's command that it runs."""
        runs = RUNS.findall(script.read_text())
        return self.declared([script]).union(*(self.commands.get(command, set()) for command in runs))

    @staticmethod
    def declared(paths):
        """Options that these files name."""
        return {option for path in paths if path.exists() for option in OPTION.findall(path.read_text())}

    @staticmethod
    def words(paths):
        """Quoted words of these files, among which are the names of verbs."""
        return {word for path in paths if path.exists() for word in re.findall(r'"([a-z]+)"', path.read_text())}

    def has_path(self, path):
        """True if the checkout has the path; * stands for any part of a name."""
        path = path.rstrip("/.,:")
        return any(self.root.glob(path)) if "*" in path else (self.root / path).exists()

    def headings(self, document):
        """The headings of a document, without those in code blocks."""
        return HEADING.findall(FENCE.sub("", document.read_text()))


def wrong_link(checkout, document, target):
    """The reason why a link is broken, or None."""
    if "://" in target or target.startswith("mailto:"):
        return None
    path, _, wanted = target.partition("#")
    file = document.parent / path if path else document
    if not file.exists():
        return f"links to {target}, which does not exist"
    if wanted and wanted not in map(anchor, checkout.headings(file)):
        return f"links to {target}, but {file.name} has no such heading"
    return None


def wrong_options(checkout, command):
    """Options of a command that its program lacks; a bare option has to belong to any program."""
    program, script, package = PROGRAM.search(command), SCRIPT.search(command), PACKAGE.search(command)
    if program:
        command, known = command[program.end() :].partition(" && ")[0], checkout.options[program.group(1)] | FOREIGN
    elif script and script.group(1) in checkout.scripts:
        command, known = command[script.end() :], checkout.scripts[script.group(1)] | {"--help"}
    elif package:
        command, known = command[package.end() :], checkout.commands.get(package.group(1), set()) | {"--help"}
    elif command.startswith("--") or re.match(r"(simulate|describe) ", command):
        known = checkout.anywhere
    else:
        return []
    knows = f"{program.group()} does not know" if program else "no program or script knows"
    return [f"names {option}, which {knows}" for option in OPTION.findall(command) if option not in known]


def wrong_names(checkout, code, written):
    """A sentence for each name in a piece of code that does not exist. written: names that the reader of the page makes."""
    found = [
        f"names {path}, which does not exist"
        for path in PATH.findall(code)
        if "NAME" not in path and path not in written and not checkout.has_path(path)
    ]
    found += wrong_options(checkout, code)
    found += [
        f"names the verb {verb}, which m2m-{program} does not know"
        for program, verb in VERB.findall(code)
        if verb not in checkout.verbs[program]
    ]
    found += [
        f"names the setting {name}, which no source knows"
        for name in SETTING.findall(code)
        if f'"{name}"' not in checkout.sources and not re.search(r"[\w/]" + re.escape(name), code)
    ]
    found += [
        f"names the variable {name}, which nothing reads"
        for name in VARIABLE.findall(code)
        if name not in checkout.scripted
    ]
    found += [
        f"names results/{name}, but no study of jobs/ has that name"
        for name in OUTPUT.findall(code)
        if name not in checkout.studies | CLASSES | written and not any((checkout.root / "results").glob(name + "*"))
    ]
    return found + [
        f"names 'make {target}', which is no target"
        for target in TARGET.findall(code)
        if target not in checkout.targets
    ]


def violations(root):
    """A sentence for each name in a document or comment that does not exist."""
    checkout, found = Checkout(root), []
    for document in sorted(path for pattern in DOCUMENTS + HISTORY for path in root.glob(pattern)):
        text, name = document.read_text(), document.relative_to(root).as_posix()
        written = {word for names in WRITTEN.findall(text) for word in names}
        wrong = [(link.start(), wrong_link(checkout, document, link.group(1))) for link in LINK.finditer(text)]
        wrong += [
            (position, sentence)
            for position, code in find_code(text)
            if name not in HISTORY
            for sentence in wrong_names(checkout, code, written)
        ]
        found += [
            f"{name}:{text.count(chr(10), 0, position) + 1}: {sentence}" for position, sentence in wrong if sentence
        ]
    return found + cited_headings(checkout)


def cited_headings(checkout):
    """A sentence for each comment that cites a heading that does not exist."""
    found = []
    for path in sorted((checkout.root / "src").rglob("*.[chp]pp")):
        for file, heading in CITED.findall(path.read_text()):
            document = checkout.root / file
            if not document.exists() or heading not in checkout.headings(document):
                found.append(f'{path.relative_to(checkout.root)}: cites {file}, "{heading}", which does not exist')
    return found
