"""The checks: each finds one kind of problem in the columns of a table."""
