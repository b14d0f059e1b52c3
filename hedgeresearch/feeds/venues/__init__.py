"""Own clients of venues: frames, sequence, sockets."""
