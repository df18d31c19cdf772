"""`python -m bench …`: one command a file."""
