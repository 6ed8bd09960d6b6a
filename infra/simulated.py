"""Addresses in templates at which a sandbox has a simulator, and AWS has nobody."""

CS_URL = "https://juki-net.invalid"
"""Of the adapter beside the CS; on AWS messages wait in the outbox until a stage's parameters name the real one."""
