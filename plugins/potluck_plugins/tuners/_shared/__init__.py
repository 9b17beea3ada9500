"""The common parts of several tuners."""
