"""The `kyotsu` command, for operators and linked systems."""
