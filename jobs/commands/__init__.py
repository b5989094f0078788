"""What each command of `monitor` does; jobs/cli.py says which there are and loads one when it is called."""
