"""The audit trail: records of who touched whose data, chained per writer, in a bucket that nothing is taken out of.

A record is an object; what finds it again is an item of the `Audit` table (docs/decisions/0096).
"""
