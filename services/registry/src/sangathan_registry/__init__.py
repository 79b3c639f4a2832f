"""The true record of every worker."""
