"""Revisions of the schema, run by `sangathan-identity migrate` as the owner role."""
