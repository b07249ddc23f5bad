"""A course's folder: its configuration, roster, due dates, and their renewal."""
