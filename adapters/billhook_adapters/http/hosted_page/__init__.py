"""The page behind a short URL: what the payer sees."""
