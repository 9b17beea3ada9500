"""Which strategy suits labelled data: prompts with or without examples, neighbours, or embeddings and a classifier."""
