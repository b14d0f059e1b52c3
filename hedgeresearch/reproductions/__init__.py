"""Published tables and figures, computed again: one file a source, ``reproduce("name")`` runs it."""
