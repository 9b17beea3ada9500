"""The common parts of several loaders."""
