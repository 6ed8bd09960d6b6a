"""Who may touch what: grants of linked systems from the catalogue, their policies, and the matrix of all of them."""
