"""Everything a student must not see, and what runs it."""
