"""What was put aside is tried once more."""
