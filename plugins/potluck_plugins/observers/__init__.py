"""Bundled observers."""
