"""Fixtures every layer of tests shares."""
