"""住登外者宛名基本情報照会: the call that searches candidates, and the search that an issue may have to name.

`requests` → `finding` (the index) → `reading` (what the registry and the residents say now) → `rows`; `call` is the
use case. Importing this package imports none of it: only a search pays for scoring.
"""
