"""Matrix: the parts that talk to a homeserver."""
