"""Who may do what in the sandbox: principals, their signatures and sessions, and IAM's policies, in front of moto.

Pure: `patterns`, `conditions`, `documents`, `deciding`. What stands in moto is read by `stored`; `gate` is the way in.
What is not checked stands in docs/decisions/0104.
"""
