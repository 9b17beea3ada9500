"""Asking chat models: the built-in prompts, what an answer needs said of it, labels scored as choices."""
