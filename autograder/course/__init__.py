"""A course's folder: its configuration, roster and due dates, and their updates."""
