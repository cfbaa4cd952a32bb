"""Numbers that mean something, and the mail that tells them."""
