"""Reading files in processes of their own, and files within files."""
