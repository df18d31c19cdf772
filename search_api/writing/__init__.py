"""What the endpoints do that write: a change of a product's images becomes an event of all of it."""
