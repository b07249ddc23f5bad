"""A course: roster, configuration, submissions, runs over a class, its gradebook."""
