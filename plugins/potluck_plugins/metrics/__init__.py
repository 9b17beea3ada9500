"""The measures of answers: retrieval, wording, citations, refusals, and effort."""
