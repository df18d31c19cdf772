"""Kafka: its client, its topics, its groups."""
