"""What the bundled splitters have in common."""
