"""The exam: a month of 38,000 people in lists of nine shapes with planted defects, and the truth about each of them."""
