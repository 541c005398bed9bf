"""What ships and runs the functions."""
