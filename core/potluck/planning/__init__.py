"""What a recipe would take, and what its documents look like, before anything is computed."""
