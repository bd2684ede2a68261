"""`python -m supachat` is `supachat`."""

from supachat.cli.main import main

main()
