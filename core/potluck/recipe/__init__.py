"""Recipes: reading them with positions, their model, overrides, and their JSON Schema."""
