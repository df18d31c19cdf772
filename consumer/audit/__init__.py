"""A generation compared with itself."""
