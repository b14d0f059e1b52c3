"""Second step of estimation: the parameters of a dynamic correlation, by search in their box."""
