"""What the consumer says of itself."""
