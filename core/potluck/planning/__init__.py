"""What a recipe would take, and a preview of its documents, before anything is computed."""
