"""Books: YAML files with a position, instruments, prices and settings (docs/book.md)."""
