"""Converts the journals of a sweep to TensorBoard's event files."""
