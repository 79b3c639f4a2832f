"""The one REST door: who is calling, what may they do, where."""
