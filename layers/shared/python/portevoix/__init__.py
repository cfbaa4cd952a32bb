"""Portevoix: a community manager's work as small functions."""
