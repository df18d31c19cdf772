"""The description of the API, generated from the models that read requests and write answers."""
