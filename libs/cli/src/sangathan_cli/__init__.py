"""The command-line tool: up, status, doctor, seed, story, dlq, bench."""
