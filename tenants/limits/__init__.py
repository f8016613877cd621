"""How much of the hub one caller gets: counted in Redis, and more strictly in this process while Redis is away."""
