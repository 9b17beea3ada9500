"""What several tuners share."""
