"""Plainly synthetic people in real units, and the story played on them."""
