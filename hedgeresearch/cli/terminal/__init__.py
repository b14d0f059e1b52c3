"""What commands print: text, notices, progress and live tables."""
