"""What is kept on disk between runs. `store` is the door, `rows` its tables."""
