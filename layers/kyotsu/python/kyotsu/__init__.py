"""Kyotsu: the 共通機能 (common functions) of a Japanese municipality."""
