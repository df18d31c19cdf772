from consumer.settings import ConsumerSettings
from standalone.topic_names import TopicNames


def test_the_own_broker_has_the_services_default_topics() -> None:
    """A producer that is told nothing reaches the demo."""
    names = TopicNames.on_own_broker()
    fields = ConsumerSettings.model_fields
    assert names.events == fields["kafka_topics"].default
    assert names.dead_letters == fields["kafka_dead_letter_topic"].default
    assert names.topic_of("product.updated") == "product.updated"


def test_another_kafka_gets_topics_that_are_the_demos_alone() -> None:
    """The sample shop does not get into a real shop's topics."""
    names = TopicNames.on_another_kafka("0a1b")
    assert names.events == ("visual-search-demo-0a1b.products",)
    assert names.dead_letters == "visual-search-demo-0a1b.dead-letters"
    assert names.topic_of("product.created") == names.events[0]
