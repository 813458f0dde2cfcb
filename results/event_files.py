#!/usr/bin/env python3
"""Event files for TensorBoard: 'results/event_files.py OUT' is 'python -m m2m_results events OUT' of the folder python/."""

from package import run

if __name__ == "__main__":
    run("events")
