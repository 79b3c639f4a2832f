"""Tables and the statements that write them."""
