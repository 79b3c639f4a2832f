"""One file per write: what is asked, and how it is done."""
