"""The process edge: password hashing, token signing, the SMS provider, each behind a protocol of domain.ports."""
