"""What every context shares: outcomes, row types, ports and events."""
