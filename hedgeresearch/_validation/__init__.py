"""Checks of user input: tables, series, mappings and settings."""
