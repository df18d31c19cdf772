"""What is put aside, and how it is read again."""
