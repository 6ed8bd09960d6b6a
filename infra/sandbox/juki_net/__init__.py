"""A simulator of 住基ネット: the communication servers of a sandbox's municipalities and of all others, over HTTP."""
