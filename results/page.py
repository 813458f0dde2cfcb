#!/usr/bin/env python3
"""One page that shows a study: 'results/page.py OUT' is 'python -m m2m_results page OUT' of the folder python/."""

from package import run

if __name__ == "__main__":
    run("page")
