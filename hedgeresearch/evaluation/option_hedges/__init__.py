"""Evaluation of hedges of options over a panel, with the day as the observation."""
