"""The stacks of one deployment: what must outlive everything (`stateful`), and what works on it."""
