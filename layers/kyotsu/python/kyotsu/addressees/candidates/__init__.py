"""Candidate search (候補者抽出): who on the register a described person probably is, how probably, and why.

A search is: `forms` (one spelling of everything) → `keys` (what to read from the index) → `scoring` (what agrees, what
that is worth) → `searching` (the best, explained). `memory` is the index without a table. Importing this package
imports none of it: only a search pays for rapidfuzz and the parameters.
"""
