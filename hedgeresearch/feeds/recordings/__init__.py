"""Stored events: recorded into part files, played back and compacted."""
