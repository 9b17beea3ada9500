"""What is on disk: the catalogue, locks, and files that appear whole or not at all."""
