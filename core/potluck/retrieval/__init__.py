"""What a search is made of: an open index, the retriever and reranker over it, and the models that these ask."""
