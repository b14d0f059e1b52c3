"""Checks of what users pass in: tables, series and settings."""
