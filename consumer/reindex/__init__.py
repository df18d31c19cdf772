"""A new generation beside the promoted one: begun, built to the end of the log, compared, promoted."""
