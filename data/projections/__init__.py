"""Ways to make a picture of few dimensions from a tensor of many."""
