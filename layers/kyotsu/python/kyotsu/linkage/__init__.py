"""File linkage: keys, receipts, scanning, validating, answers."""
