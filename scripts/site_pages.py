#!/usr/bin/env python3
"""Copies the pages of the checkout, and the files that they link, into a folder from which mkdocs makes the site.

Usage: site_pages.py OUTPUT_FOLDER

Folders stay as they are, so links between pages hold. A link to a folder becomes one to its README.md, or to a list of
its files.
"""

import pathlib
import re
import shutil
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
PAGES = [
    "*.md",
    "docs/*.md",
    "src/*.md",
    "results/*.md",
    "results/reference/*.md",
    "datasets/*.md",
    "packaging/*.md",
]
STYLES = "docs/*.css"
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(?=(?:#[^)\s]*)?\))")
# "```sh run=1" and alike: tests read the words after the language, mkdocs does not know them.
FENCE = re.compile(r"^(```\w+)[^\n]*$", re.MULTILINE)


def list_files(folder):
    """A page with the files of a folder, for a link to it."""
    names = sorted(
        path.name + "/" * path.is_dir() for path in folder.iterdir() if not path.name.startswith((".", "__"))
    )
    return f"# {folder.relative_to(CHECKOUT)}\n\n" + "".join(f"- `{name}`\n" for name in names)


def copy_target(link, page, output):
    """Copies what a page links and returns the link as the site needs it."""
    target = (page.parent / link).resolve()
    name = target.relative_to(CHECKOUT)
    if target.is_dir():
        readme = output / name / "README.md"
        if not (target / "README.md").is_file():
            readme.parent.mkdir(parents=True, exist_ok=True)
            readme.write_text(list_files(target))
        return link.rstrip("/") + "/README.md"
    if target.suffix != ".md":
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target, output / name)
    return link


def write_page(page, output):
    """Writes a page with its links as the site needs them."""
    text = LINK.sub(lambda link: copy_target(link.group(1), page, output), page.read_text())
    copy = output / page.relative_to(CHECKOUT)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(FENCE.sub(r"\1", text))


def main():
    output = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(output, ignore_errors=True)
    for pattern in PAGES:
        for page in sorted(CHECKOUT.glob(pattern)):
            write_page(page, output)
    for style in CHECKOUT.glob(STYLES):
        shutil.copyfile(style, output / style.relative_to(CHECKOUT))


if __name__ == "__main__":
    main()
