"""What the command line can do, by noun; each command is a function that is given the settings and says what it did."""
