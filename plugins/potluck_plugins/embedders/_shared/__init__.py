"""The common parts of several embedders."""
