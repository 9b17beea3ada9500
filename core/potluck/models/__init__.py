"""Language models as files and as objects: claims, chat templates, tokens, loading, inputs, GGUF."""
