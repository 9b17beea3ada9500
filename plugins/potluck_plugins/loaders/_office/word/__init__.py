"""The parts of a Word document, a module each."""
