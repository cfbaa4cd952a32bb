"""Pages that a person opens from a mail."""
