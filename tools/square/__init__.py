"""The square: a small Mastodon-compatible server on loopback, with an audience that answers.

A stand-in for a network, for demonstrations and tests: it enforces the documented rules of
https://docs.joinmastodon.org, and says on every page that nobody real is there.
"""
