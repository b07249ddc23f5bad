"""What nbgrader is given: configuration, plug-ins, restored notebooks."""
