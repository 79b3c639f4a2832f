"""What reaches identity over NATS."""
