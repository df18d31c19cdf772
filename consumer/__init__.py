"""Events in, index out."""
