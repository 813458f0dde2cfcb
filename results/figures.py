#!/usr/bin/env python3
"""Figures of a study: 'results/figures.py OUT' is 'python -m m2m_results figures OUT' of the folder python/."""

from package import run

if __name__ == "__main__":
    run("figures")
