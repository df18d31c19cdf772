"""Which measurements a run consists of: one suite a file."""
