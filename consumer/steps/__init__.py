"""The event path, one step a file; `pipeline` puts them in order."""
