"""In-memory stand-ins for the ports, as strict as AWS where it matters."""
