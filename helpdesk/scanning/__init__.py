"""Looking for viruses in attachments: clamd is asked about each file, and anything but its OK is not clean."""
