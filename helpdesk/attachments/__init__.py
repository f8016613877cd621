"""Files on tickets: uploaded straight to the object store, registered once they were looked at, fetched from there."""
