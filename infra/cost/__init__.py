"""What the engine costs: operations counted by a test, times list prices that can be changed."""
