"""Clients of the APIs and linked systems: secrets, tokens, scopes, federation."""
