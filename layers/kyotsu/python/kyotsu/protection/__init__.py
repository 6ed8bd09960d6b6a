"""支援措置 and 抑止: who is protected, and the decision that every output asks."""
