"""Where model files come from: paths, package indexes, the Hugging Face hub."""
