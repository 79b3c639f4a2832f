"""`python -m sangathan_cli`: the same command where no script is installed."""

from sangathan_cli.main import main

main()
