"""Rows of files as examples to learn from or to measure on, each problem with its place."""
