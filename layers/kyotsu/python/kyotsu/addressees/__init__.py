"""住登外者 registry: numbers, the number-issue request and what issuing a number means."""
