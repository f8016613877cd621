"""What was promised to those who call us: a change that breaks it fails, an addition does not."""
