"""Compares the data in a program's output, as support/said.hpp does in C++; the words between may change."""

import re


def holds(text, part):
    """True if `text` holds `part`, and not only as a piece of a longer word or number."""
    before = r"(?<!\w)(?<!\d[.,])" if re.match(r"\d", part) else r"(?<!\w)" if re.match(r"\w", part) else ""
    after = r"(?!\w|[.,]\d)" if re.search(r"\d$", part) else r"(?!\w)" if re.search(r"\w$", part) else ""
    return re.search(before + re.escape(part) + after, text) is not None


def assert_says(text, *parts):
    """Fails unless `text`, or one of several texts, holds every part."""
    texts = [text] if isinstance(text, str) else text
    assert parts and any(all(holds(one, part) for part in parts) for one in texts), f"{parts} are not in {text}"
