"""The common parts of the bundled splitters."""
