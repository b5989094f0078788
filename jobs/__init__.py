"""When it runs and where it goes: config, wiring, schedule, delivery, command line."""
