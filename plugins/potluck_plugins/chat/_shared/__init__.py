"""The common parts of the bundled chat models, and those too long for one file."""
