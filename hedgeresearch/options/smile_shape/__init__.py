"""Numbers that describe a smile: risk reversal, butterfly, slope; and their history."""
