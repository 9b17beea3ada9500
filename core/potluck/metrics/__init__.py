"""From what was answered to figures: the metrics of a recipe, labels, and perplexity."""
