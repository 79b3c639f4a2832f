"""Rules as plain values and functions: the standard library, the contracts, and the refusal."""
