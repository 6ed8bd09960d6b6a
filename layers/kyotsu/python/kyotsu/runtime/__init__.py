"""AWS: settings, clients, table bases, events, logging."""
