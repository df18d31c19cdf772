"""`python -m consumer …`: one command a file."""
