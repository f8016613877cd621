"""What is done to endpoints and their deliveries, by people and by the courier."""
