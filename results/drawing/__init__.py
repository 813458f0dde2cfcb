"""Figures of a results.h5: one module per kind of figure, each with a function draw(block)."""
