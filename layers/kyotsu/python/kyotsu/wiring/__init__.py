"""The one composition root: which applier, port and adapter goes where. Imported by functions/ and cli/ alone."""
