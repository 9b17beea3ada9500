"""Evaluating a recipe: what every kind of recipe does with a file of questions, and the results."""
