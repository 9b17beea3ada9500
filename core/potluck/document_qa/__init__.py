"""Answering questions from documents: one question, or a file of them with measures."""
