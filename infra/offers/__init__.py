"""Alternative offers as operations see them: found in the engine's documents, and told."""
