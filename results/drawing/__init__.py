"""Figures of a results.h5: one module a kind of figure, each with a function draw(block)."""
