"""住基 row versions and their fold to the current record and 住民区分."""
