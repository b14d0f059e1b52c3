"""Sentences on a recommendation, made when they are read."""
