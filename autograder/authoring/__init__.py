"""From one text per lab to its notebooks, cases and pictures."""
