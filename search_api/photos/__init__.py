"""What a photo costs: models read ahead, turns before the embedder, bounds of memory."""
