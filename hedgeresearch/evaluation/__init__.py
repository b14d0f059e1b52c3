"""How well hedges work on dates that their parameters have not seen."""
