"""Plans, workshops, invitations and attendance."""
