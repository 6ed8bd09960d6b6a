"""The communication server (市町村CS): messages, an outbox in order per person, what is received, and the way there."""
