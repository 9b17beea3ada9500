"""The components of a recipe, what decides their results, and who may ask them at once."""
