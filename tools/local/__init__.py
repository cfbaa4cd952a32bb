"""The local stack: the whole template on loopback, running the real handlers from the sources."""
