"""A consumer works on the generation that it is asked to, with the model that built it, or refuses."""

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from consumer.errors import GenerationNameUnfit, OrderKindChanged, WrongModel
from consumer.generation_choice import OpenedGeneration, describe_new, open_for_run
from consumer.settings import ConsumerSettings
from model.errors import ModelFileMissing
from model.load_embedder import load_embedder
from tests.contract.memory_store import MemoryStore
from tests.unit.model.small_models import mean_colour_info, mean_colour_proto
from vector_store import Generation, GenerationMissing

OLD, NEW = "aaaaaaaa", "bbbbbbbb"
SettingsOf = Callable[..., ConsumerSettings]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A MODEL_DIR with two versions."""
    folder = tmp_path / "models"
    folder.mkdir()
    for version in (OLD, NEW):
        metadata = mean_colour_info().to_metadata() | {"model_version": version}
        onnx.save_model(mean_colour_proto(metadata), folder / f"{version}.onnx")
    return folder


@pytest.fixture
def settings_of(models: Path, monkeypatch: pytest.MonkeyPatch) -> SettingsOf:
    """Settings of an environment that says where models are, and nothing else."""
    monkeypatch.delenv("MODEL_PATH", raising=False)

    def settings_of(**named: object) -> ConsumerSettings:
        if isinstance(version := named.get("model_path"), str):
            named["model_path"] = models / f"{version}.onnx"
        return ConsumerSettings.model_validate({"model_dir": models, **named})

    return settings_of


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def opened(store: MemoryStore, settings: ConsumerSettings, name: str | None = None) -> OpenedGeneration:
    return open_for_run(store, settings, name=name, now_ms=lambda: 7)


def made(store: MemoryStore, settings: ConsumerSettings, suffix: str | None = None) -> Generation:
    generation = describe_new(settings, load_embedder(settings), suffix=suffix, now_ms=lambda: 1)
    store.create(generation)
    return generation


def test_where_nothing_is_promoted_the_models_own_is_made_and_promoted(
    store: MemoryStore, settings_of: SettingsOf
) -> None:
    """It says what it was made by; the next start finds it."""
    settings = settings_of(model_path=OLD, event_order="version", filterable_attributes="colour:keyword")
    generation = opened(store, settings).collection.generation
    assert store.promoted() == generation.name == f"products-{OLD}"
    assert (generation.model_version, generation.dimension, generation.order_kind) == (OLD, 3, "version")
    assert (generation.created_at_ms, generation.filterable_attributes) == (7, {"colour": "keyword"})
    assert opened(store, settings).collection.generation.incarnation == generation.incarnation


def test_a_generation_that_another_member_promoted_meanwhile_stands(settings_of: SettingsOf) -> None:
    """Between the question and the answer a model is read; whoever was first is right."""

    class Overtaken(MemoryStore):
        """Another member promotes while this one makes its generation."""

        def create(self, generation: Generation) -> object:  # type: ignore[override]
            if generation.model_version != OLD:
                self.promote(made(self, settings_of(model_path=OLD)).name)
            return super().create(generation)

    store = Overtaken()
    with pytest.raises(WrongModel):
        opened(store, settings_of(model_path=NEW))
    assert store.promoted() == f"products-{OLD}"


def test_the_promoted_generation_brings_its_own_model(store: MemoryStore, settings_of: SettingsOf) -> None:
    """A release whose default model is a newer one goes on with the index as it is, from MODEL_DIR."""
    opened(store, settings_of(model_path=OLD))
    again = opened(store, settings_of())
    assert again.embedder.model_version == again.collection.generation.model_version == OLD


def test_another_model_that_was_given_is_refused(store: MemoryStore, settings_of: SettingsOf) -> None:
    """Whoever set MODEL_PATH meant it: both versions and the ways to a new model are named, in one line."""
    opened(store, settings_of(model_path=OLD))
    with pytest.raises(WrongModel, match=f"(?s){NEW}.*{OLD}") as refused:
        opened(store, settings_of(model_path=NEW))
    assert "reindex --promote" in str(refused.value)
    assert "run --generation" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_same_model_under_another_path_is_fine(
    store: MemoryStore, settings_of: SettingsOf, models: Path
) -> None:
    """What counts is the version, not the file."""
    opened(store, settings_of(model_path=OLD))
    moved = models.parent / "moved.onnx"
    (models / f"{OLD}.onnx").rename(moved)
    assert opened(store, settings_of(model_path=moved)).embedder.model_version == OLD


def test_a_given_model_that_is_not_there_is_an_error(
    store: MemoryStore, settings_of: SettingsOf, tmp_path: Path
) -> None:
    """A mistyped MODEL_PATH is not passed over because MODEL_DIR has the model."""
    opened(store, settings_of(model_path=OLD))
    with pytest.raises(ModelFileMissing):
        opened(store, settings_of(model_path=tmp_path / "nothing.onnx"))


def test_without_the_generations_model_it_refuses(
    store: MemoryStore, settings_of: SettingsOf, models: Path
) -> None:
    """The version that is missing, the folder and the ways out are named."""
    opened(store, settings_of(model_path=OLD))
    (models / f"{OLD}.onnx").unlink()
    with pytest.raises(WrongModel, match=OLD) as refused:
        opened(store, settings_of())
    assert str(models) in str(refused.value)
    assert "reindex" in str(refused.value)


def test_another_order_kind_is_refused(store: MemoryStore, settings_of: SettingsOf) -> None:
    """Times and versions do not compare."""
    opened(store, settings_of(model_path=OLD))
    with pytest.raises(OrderKindChanged, match=r"EVENT_ORDER=time.*EVENT_ORDER=version"):
        opened(store, settings_of(event_order="version"))


def test_a_promoted_generation_that_is_gone_names_the_repair(
    store: MemoryStore, settings_of: SettingsOf
) -> None:
    """An alias without its collection: nothing is made in its place, and both repairs are named."""

    class Lost(MemoryStore):
        """Its promoted generation is gone."""

        def promoted(self) -> str | None:
            return "products-cccccccc"

    with pytest.raises(GenerationMissing, match=r"consumer restore.*reindex --from-log"):
        opened(Lost(), settings_of(model_path=OLD))


def test_a_named_generation_is_made_beside_the_promoted_one(
    store: MemoryStore, settings_of: SettingsOf
) -> None:
    """It has the model of MODEL_PATH, the alias stays, and a later start opens it."""
    opened(store, settings_of(model_path=OLD))
    name = f"products-{NEW}-autumn"
    generation = opened(store, settings_of(model_path=NEW), name).collection.generation
    assert (generation.name, generation.model_version) == (name, NEW)
    assert store.promoted() == f"products-{OLD}"
    again = opened(store, settings_of(model_path=NEW), name)
    assert again.collection.generation.incarnation == generation.incarnation


def test_a_named_generation_that_exists_brings_its_own_model(
    store: MemoryStore, settings_of: SettingsOf
) -> None:
    """Its name says the model: another MODEL_PATH, for generations to come, does not matter."""
    old = made(store, settings_of(model_path=OLD))
    again = opened(store, settings_of(model_path=NEW), old.name)
    assert again.embedder.model_version == OLD


@pytest.mark.parametrize(
    "name",
    [
        "products",
        "products-",
        f"shoes-{OLD}",
        "products-AAAAAAAA",
        "products-aaaa",
        f"products-{OLD}-",
        "../x",
    ],
)
def test_a_name_that_is_no_generations_is_refused(
    store: MemoryStore, settings_of: SettingsOf, name: str
) -> None:
    """How names are formed is said, and nothing is made."""
    with pytest.raises(GenerationNameUnfit, match="products-<model version"):
        opened(store, settings_of(model_path=OLD), name)
    assert store.generations() == []


def test_a_name_of_another_model_is_refused(store: MemoryStore, settings_of: SettingsOf) -> None:
    """The name that this model's generation would have is told, its suffix kept."""
    with pytest.raises(GenerationNameUnfit, match=f"would be products-{OLD}-autumn"):
        opened(store, settings_of(model_path=OLD), f"products-{NEW}-autumn")
    assert store.generations() == []
