"""`make demo`: the main job on this machine, compared with the truth."""
