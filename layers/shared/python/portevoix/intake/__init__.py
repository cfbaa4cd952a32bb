"""What comes in from outside: content plans as CSV files."""
