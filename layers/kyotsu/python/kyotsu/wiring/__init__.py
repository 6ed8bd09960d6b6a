"""The one composition root: which applier and adapter goes where."""
