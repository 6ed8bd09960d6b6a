"""Systems, interfaces and layouts as typed data."""
