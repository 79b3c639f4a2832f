"""Names across scripts: how they sound, the keys they are found by, and how alike two records are."""
