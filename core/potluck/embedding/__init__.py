"""Asking embedders: in batches, within their windows, each text at most once."""
