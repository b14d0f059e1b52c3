"""When kernels are compiled, where they are kept, and what is said about it."""
