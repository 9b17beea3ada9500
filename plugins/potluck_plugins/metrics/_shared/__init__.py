"""The common parts of the bundled metrics."""
