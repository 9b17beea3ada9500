"""Files of questions with their known answers."""
