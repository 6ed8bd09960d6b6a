"""Training and measuring of the candidate search: invented registers, corrupted queries, fitted weights."""
