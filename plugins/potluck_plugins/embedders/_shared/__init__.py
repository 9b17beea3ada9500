"""What several embedders share."""
