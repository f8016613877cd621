"""What lies in the object store: a row for every key, from before it can exist until after it is surely gone."""
