"""Asking chat models: the built-in prompts, remarks on answers, labels scored as choices."""
