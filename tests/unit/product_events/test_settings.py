from product_events import EventPolicy, OrderKind
from product_events.settings import EventSettings, event_policy


def test_the_defaults_are_the_documented_ones() -> None:
    """Without configuration events are ordered by time, 300 s ahead at most, with up to 50 images."""
    assert event_policy(EventSettings()) == EventPolicy(OrderKind.TIME, 300, 50)


def test_settings_become_a_policy() -> None:
    """What is configured is what decoding gets."""
    settings = EventSettings(event_order=OrderKind.VERSION, event_max_ahead_seconds=1, max_images=2)
    assert event_policy(settings) == EventPolicy(OrderKind.VERSION, 1, 2)


def test_every_setting_is_described() -> None:
    """The table of settings is generated from these descriptions."""
    assert all(field.description for field in EventSettings.model_fields.values())
