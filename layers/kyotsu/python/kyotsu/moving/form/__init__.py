"""転入届, drawn from what the municipality that was left and the reservation tell; the layout is ours (0152)."""
