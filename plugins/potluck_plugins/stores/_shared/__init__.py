"""The common parts of the bundled stores: files that change as a whole, pending changes, and the order of hits."""
