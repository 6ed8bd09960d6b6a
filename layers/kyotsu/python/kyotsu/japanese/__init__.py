"""Japanese text and identifiers: widths, dates, check digits."""
