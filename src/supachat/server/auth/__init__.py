"""GoTrue, as far as e-mail and password go: `app` speaks HTTP, `accounts` and `sessions` keep the rows."""
