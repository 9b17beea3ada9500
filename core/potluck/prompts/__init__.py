"""Prompts as objects of study: which ones a recipe has, what is wrong with them, how much their wording matters."""
