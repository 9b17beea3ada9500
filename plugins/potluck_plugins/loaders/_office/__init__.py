"""The file formats of office programs."""
