"""Answering the examples of a task, such as classification or generation, with measures."""
