"""What every test needs: real servers started once, fresh databases, a vouched-for caller, a fixed clock."""
