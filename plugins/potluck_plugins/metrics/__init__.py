"""What is measured of answers: of retrieval, of the words, of the citations, of refusing, and of what it took."""
