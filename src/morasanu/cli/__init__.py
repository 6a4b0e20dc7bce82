"""One file per verb, and the place where real parts are plugged together."""
