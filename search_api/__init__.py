"""A picture in, similar products out: the HTTP API, and the page for people."""
