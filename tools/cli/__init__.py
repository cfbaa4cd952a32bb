"""The command line: `portevoix`, for the local stack."""
