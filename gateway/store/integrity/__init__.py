"""Looking over all that is stored: definitions, rows that must agree with each other, and the bytes."""
