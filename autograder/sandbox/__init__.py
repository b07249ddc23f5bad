"""Where student code runs: `host` starts it, `inside` is our code beside it."""
