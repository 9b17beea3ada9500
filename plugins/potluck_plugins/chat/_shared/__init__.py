"""What the bundled chat models have in common, and what is too long for one file."""
