"""The parts of a search: an open index, the retriever and reranker over it, and the models that these ask."""
