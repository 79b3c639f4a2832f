"""Membership cards: what stands in the QR code, and how anybody checks it without network."""
