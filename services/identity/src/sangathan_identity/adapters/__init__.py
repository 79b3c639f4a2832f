"""The process edge: password hashing, token signing, the post of codes, most behind a protocol of domain.ports."""
