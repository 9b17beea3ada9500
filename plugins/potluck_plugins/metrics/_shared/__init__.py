"""What the bundled metrics have in common."""
