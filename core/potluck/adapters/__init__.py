"""Tuned models: resolving the one that a recipe answers with, and merging one into its base."""
