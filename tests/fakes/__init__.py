"""Small classes that keep the words of `portevoix.ports` in memory. Never mocks."""
