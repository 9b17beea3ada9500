"""Bundled splitters."""
