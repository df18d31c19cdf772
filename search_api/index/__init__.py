"""The generation that is answered from, and what it says of itself and of a product."""
