"""What the bundled stores share: files that change as a whole, what waits for a commit, and the order of hits."""
