"""What is asked for: from a form, JSON or a URL to the one vector that is looked for."""
