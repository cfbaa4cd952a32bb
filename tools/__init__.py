"""What is not deployed: the local stack, the command line, the square, the demo."""
