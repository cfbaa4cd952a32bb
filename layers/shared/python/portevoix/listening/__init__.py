"""Hearing what is said to a brand: poll the sources, keep the mentions."""
