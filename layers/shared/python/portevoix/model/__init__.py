"""What the words mean: frozen dataclasses and pure rules. No I/O, no clock, no AWS."""
