from bench.settings import TUNABLE, BenchSettings, child_environment
from consumer.settings import ConsumerSettings


def test_settings_left_over_in_a_shell_do_not_reach_what_is_measured() -> None:
    """A cache folder or a topic of somebody's own would change what is compared with what."""
    shell = {"PATH": "/bin", "IMAGE_CACHE_DIR": "/cache", "KAFKA_TOPICS": "theirs", "log_level": "DEBUG"}
    assert child_environment({"KAFKA_TOPICS": "ours"}, shell) == {"PATH": "/bin", "KAFKA_TOPICS": "ours"}


def test_what_a_person_may_try_is_inherited() -> None:
    """Another model, batch size or number of threads can be measured by naming it."""
    shell = {"EMBED_BATCH_SIZE": "32", "MODEL_PATH": "other.onnx"}
    assert child_environment({}, shell) == shell


def test_every_tunable_setting_exists() -> None:
    """A setting that the consumer renames must be renamed here too, or it would be hidden from it."""
    assert ConsumerSettings.model_fields.keys() >= TUNABLE


def test_a_kafka_comes_with_its_properties() -> None:
    """The properties of a cluster that needs them are given as for the consumer, as JSON."""
    settings = BenchSettings.model_validate(
        {"kafka_bootstrap_servers": "k:9092", "kafka_config": '{"security.protocol": "SSL"}'}
    )
    assert settings.kafka_config == {"security.protocol": "SSL"}
