"""Files of questions with what is known of their answers."""
