"""引越しOSS: move-out, move-in and in-city cases, messages of the communication server, and the 転入届 form."""
