#!/usr/bin/env python3
"""The table of a study: 'results/aggregate.py OUT' is 'python -m m2m_results table OUT' of the folder python/."""

from package import run

if __name__ == "__main__":
    run("table")
