"""Product files into the catalogue."""
