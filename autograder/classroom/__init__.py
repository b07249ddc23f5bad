"""Grade a whole class: jobs in parallel, one writer to nbgrader's gradebook."""
