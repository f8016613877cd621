"""One change that goes over all tickets that it concerns: the first thousand at once, the others by a job."""
