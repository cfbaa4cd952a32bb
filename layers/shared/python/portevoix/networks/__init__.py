"""Connectors: one place per network, behind the Protocols of ports.py."""
