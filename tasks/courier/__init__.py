"""What carries deliveries to the outside world, in a process where it delays nothing else."""
