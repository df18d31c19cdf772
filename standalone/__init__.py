"""All of it on one machine: broker, image host, consumer, search API and a sample shop."""
