"""One generation as one file: taken while it is written, and put back as a generation that reads on."""
