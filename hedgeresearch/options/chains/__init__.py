"""Quotes of options of one underlying at one moment, and the forwards that they imply."""
