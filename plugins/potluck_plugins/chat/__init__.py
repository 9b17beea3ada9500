"""Bundled chat."""
