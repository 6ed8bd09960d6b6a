"""HTTP behind API Gateway: requests read with care, and answers that are always JSON."""
