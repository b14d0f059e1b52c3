"""Reproductions, one file per paper: ``PAPER``, ``run`` and ``draw``."""
