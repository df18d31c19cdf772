"""What people see of dead letters, and what they can do, over a real Kafka."""

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from confluent_kafka import KafkaError, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from consumer.dead_letters.letter import DeadLetter
from consumer.dead_letters.letter_filter import LetterFilter
from consumer.dead_letters.topic import DeadLetterTopic
from consumer.kafka.log_position import LogPosition
from consumer.kafka.topic_reader import OnProgress, TopicReader
from consumer.redrive.returned_messages import redrive_topic
from consumer.redrive.run import RedriveRequest, Redriving
from consumer.redrive.sender import RedriveSender
from model.embedder import Embedder
from product_events import RawMessage
from tests.brokers.broker import Broker
from tests.brokers.readiness import quiet_admin
from tests.brokers.topics import Topics
from tests.image_host.scripted_image_host import Answer
from tests.integration.consumer.conftest import Shop
from tests.services.consumer_command import Outcome, run_command
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from tests.services.raw_produce import produce_raw
from tests.services.running_consumer import running_consumer
from tests.services.topic_reading import read_topics
from tests.unit.consumer.letters import a_letter
from vector_store import open_store


@dataclass(frozen=True, slots=True)
class LetterBox:
    """A dead-letter topic with its redrive topic, and the topic that its letters are about."""

    bootstrap_servers: str
    topic: str
    products: str

    def run(self, *words: str) -> Outcome:
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_DEAD_LETTER_TOPIC": self.topic,
            "KAFKA_TOPICS": self.products,
        }
        return run_command(environment, "dead-letters", *words)

    def rows(self, *words: str) -> list[dict[str, object]]:
        outcome = self.run("list", "--json", *words)
        assert (outcome.exit_code, outcome.error) == (0, None)
        return [json.loads(line) for line in outcome.output.splitlines()]

    def put(self, letters: Sequence[DeadLetter]) -> None:
        sink = DeadLetterTopic({"bootstrap.servers": self.bootstrap_servers}, self.topic)
        sink.publish(letters)
        sink.close()

    def letter(self, offset: int, **changed: object) -> DeadLetter:
        as_here = {"topic": self.products, "partition": 0, "headers": (("ce_type", b"x"),)}
        return a_letter(offset, **{**as_here, **changed})

    def redriven(self) -> list[tuple[bytes | None, bytes | None, dict[str, bytes | None]]]:
        messages = read_topics(self.bootstrap_servers, [redrive_topic(self.topic)])
        return [(each.key, each.value, dict(each.headers)) for each in messages]


@pytest.fixture
def make_box(kafka: Broker, topics: Topics) -> Iterator[Callable[..., LetterBox]]:
    admin = quiet_admin(kafka.bootstrap_servers)
    made: list[str] = []

    def make(**config: str) -> LetterBox:
        topic = topics.create(
            "product.dead-letters", config={n.replace("_", "."): v for n, v in config.items()}
        )
        redrives = redrive_topic(topic)
        admin.create_topics([NewTopic(redrives, 1, 1)])[redrives].result(timeout=30)
        made.append(redrives)
        return LetterBox(kafka.bootstrap_servers, topic, topics.create("products"))

    yield make
    if made:
        for deleted in admin.delete_topics(made, request_timeout=5).values():
            deleted.result(timeout=10)


@pytest.fixture
def box(make_box: Callable[..., LetterBox]) -> LetterBox:
    return make_box()


def test_the_life_of_a_dead_letter(shop: Shop, embedder: Embedder, photos: list[bytes]) -> None:
    """An event and an image that could not be used are listed, explained, redriven, and then searchable."""
    jpeg = {"Content-Type": "image/jpeg"}
    good = shop.host.serve("good.jpg", photos[0])
    late = shop.host.script("late.jpg", [Answer(status=404), Answer(photos[1], headers=jpeg)])
    strict = {"MAX_IMAGES": "2", "IMAGE_MISSING_GRACE_SECONDS": "0"}
    publish(
        shop.bootstrap_servers,
        [
            product_event(
                shop.created, "created", {"id": "many", "images": [good, f"{good}?2", f"{good}?3"]}, order=1
            ),
            product_event(shop.created, "created", {"id": "late", "images": [good, late]}, order=1),
        ],
    )
    store = open_store(shop.settings(**strict))
    with running_consumer(shop.settings(**strict), store, embedder):
        shop.wait_until_done(store)
    box = LetterBox(shop.bootstrap_servers, shop.dead_letters, shop.created)

    rows = {str(row["error_class"]): row for row in box.rows()}
    assert {name: row["product_ids"] for name, row in rows.items()} == {
        "TooManyImages": ["many"],
        "HttpMissing": ["late"],
    }
    assert rows["HttpMissing"]["image_url"] == late
    shown = box.run("show", str(rows["HttpMissing"]["position"]))
    assert "The product is indexed without this image" in shown.output
    assert "Raise MAX_IMAGES" in box.run("show", str(rows["TooManyImages"]["letter"])).output

    assert box.run("redrive", "--all", "--dry-run").output == "2 of 2 messages would be sent\n"
    assert all(row["redriven"] == 0 for row in box.rows())
    outcome = box.run("redrive", "--all")
    assert (outcome.exit_code, outcome.output) == (0, "2 of 2 messages sent\n")

    relaxed = {"IMAGE_MISSING_GRACE_SECONDS": "0"}
    with running_consumer(shop.settings(**relaxed), store, embedder) as service:

        def images(product_id: str) -> list[str]:
            record = service.index.record(product_id)
            return [] if record is None else [i.key for i in record.images if record.lists_as_indexed(i.key)]

        assert eventually(lambda: len(images("many")) == 3, 60)
        assert eventually(lambda: images("late") == [good, late], 60)
    store.close()
    assert [(row["redriven"], row["open"]) for row in box.rows()] == [(1, False), (1, False)]


def test_a_list_can_be_narrowed(box: LetterBox) -> None:
    """By reason, class, product, time and number; the newest first; what is no letter is told."""
    box.put(
        [
            box.letter(1),
            box.letter(1, generation="other"),
            box.letter(2, error_class="NotAnEvent", reason="no JSON", key=b"q", value=b"?"),
            box.letter(3, image_url="https://host/a.jpg", http_status=404, error_class="HttpMissing"),
        ]
    )
    publish(box.bootstrap_servers, [Event(box.topic, b"k", b"not a letter"), Event(box.topic, None, None)])
    offsets = [str(row["position"]).rsplit(":", 1)[1] for row in box.rows()]
    assert offsets == ["3", "2", "1"]
    assert [row["letters"] for row in box.rows()] == [1, 1, 2]
    assert len(box.rows("--class", "NotAnEvent", "--class", "HttpMissing")) == 2
    assert len(box.rows("--reason", "JSON")) == 1
    assert len(box.rows("--product", "q")) == 1
    assert len(box.rows("--since", "1h")) == 3
    assert box.rows("--until", "1h") == []
    assert [str(row["position"])[-1] for row in box.rows("--limit", "1")] == ["3"]
    outcome = box.run("list")
    assert "2 messages there are no dead letters" in outcome.errors
    assert "HttpMissing" in outcome.output


def test_an_empty_topic_is_an_empty_list(box: LetterBox) -> None:
    """No table, one line, and nothing to redrive; a letter that is asked for by name is a failure."""
    outcome = box.run("list")
    assert (outcome.exit_code, outcome.output) == (0, "")
    assert outcome.errors == f"no dead letter on {box.topic} matches\n"
    assert box.run("redrive", "--all").output == "0 of 0 messages sent\n"
    for command in ("show", "redrive"):
        outcome = box.run(command, f"{box.products}:0:1")
        assert outcome.exit_code == 1
        assert "there is no dead letter about" in outcome.errors


def test_a_missing_topic_is_one_line(kafka: Broker, box: LetterBox, topics: Topics) -> None:
    """Asking never makes it; without a topic to redrive to, nothing is redriven."""
    missing = replace(box, topic="no-such-topic")
    for words in (["list"], ["show", "products:0:1"]):
        assert missing.run(*words).error == "no such topic: no-such-topic"
    lonely = replace(box, topic=topics.create("lonely"))
    lonely.put([lonely.letter(1)])
    assert f"no such topic: {lonely.topic}.redrive" in str(lonely.run("redrive", "--all").error)
    present = quiet_admin(kafka.bootstrap_servers).list_topics(timeout=10).topics
    assert not {"no-such-topic", f"{lonely.topic}.redrive"} & present.keys()


def test_an_unreachable_broker_is_one_line() -> None:
    """After a deadline, with what to set."""
    nowhere = LetterBox("127.0.0.1:1", "letters", "products")
    error = nowhere.run("list").error
    assert error is not None
    assert error.startswith("no Kafka broker answers at 127.0.0.1:1")
    assert "\n" not in error


def test_what_strangers_wrote_is_shown_escaped(box: LetterBox) -> None:
    """No escape sequence of a header, a key, a value, a reason or a URL reaches the terminal."""
    evil = "\x1b]0;owned\x07\x1b[2J\u202e"
    box.put(
        [
            box.letter(
                1,
                key=evil.encode(),
                value=json.dumps({"data": {"id": evil, "name": "\x9b1m"}}, ensure_ascii=False).encode(),
                headers=((evil, evil.encode()), ("null", None), ("bytes", b"\xff\x1b")),
                reason=f"bad: {evil}",
                error_class=evil,
                image_url=f"https://host/{evil}[red]",
            ),
            box.letter(2, value=b"\x00\xff\x1b[31m" * 10, key=b"\xff\x1b"),
        ]
    )
    for words in (["list"], ["show", f"{box.products}:0:1"], ["show", f"{box.products}:0:2"]):
        outcome = box.run(*words)
        assert outcome.exit_code == 0
        assert outcome.output.replace("\n", "").isprintable()
    assert "\\x1b]0;owned\\x07" in box.run("show", f"{box.products}:0:1").output
    assert "[red]" in box.run("show", f"{box.products}:0:1").output
    [_, whole] = [json.loads(box.run("show", f"{box.products}:0:{n}", "--json").output) for n in (1, 2)]
    assert whole["value"]["base64"]


def test_headers_that_the_client_cannot_read_count_as_none(box: LetterBox) -> None:
    """A name that is no UTF-8 makes the client fail; the message is read all the same, however many come."""
    odd = [(b"\xff\xfe", b"x"), (b"ok", b"y")]
    for headers in (odd, odd[:1], odd[::-1], odd * 3) * 5:
        produce_raw(box.bootstrap_servers, box.products, b"p", b"value", headers)
    produce_raw(box.bootstrap_servers, box.products, b"p", b"value", [(b"ok", b"y")])
    with TopicReader({"bootstrap.servers": box.bootstrap_servers}, group="test.dead-letters") as reader:
        messages = list(reader.read(box.products))
    assert [message.value for message in messages] == [b"value"] * 21
    assert [message.headers for message in messages] == [()] * 20 + [(("ok", b"y"),)]


def test_a_consumer_goes_on_past_headers_that_the_client_cannot_read(shop: Shop, embedder: Embedder) -> None:
    """An event that says everything in its value is indexed; one that needs its headers is a dead letter."""
    odd = [(b"\xff", b"x")]
    event = product_event(shop.created, "created", {"id": "odd"}, order=1)
    assert event.value is not None
    produce_raw(shop.bootstrap_servers, shop.created, b"odd", event.value, odd)
    produce_raw(
        shop.bootstrap_servers, shop.created, b"p", b'{"id": "p"}', [*odd, (b"ce_type", b"product.created")]
    )
    store = open_store(shop.settings())
    with running_consumer(shop.settings(), store, embedder) as service:
        shop.wait_until_done(store)
        assert service.index.record("odd") is not None
    store.close()
    box = LetterBox(shop.bootstrap_servers, shop.dead_letters, shop.created)
    assert [(row["product_ids"], row["error_class"]) for row in box.rows()] == [(["p"], "NotAnEvent")]


def test_a_huge_value_is_cut_where_people_read(box: LetterBox) -> None:
    """Unless all of it is asked for."""
    value = json.dumps({"data": {"id": "p", "name": "x" * 800_000}}).encode()
    box.put([box.letter(1, value=value)])
    position = f"{box.products}:0:1"
    short = box.run("show", position).output
    assert len(short) < 25_000
    assert "more characters: --full shows them" in short
    assert len(box.run("show", position, "--full").output) > 800_000
    assert json.loads(box.run("show", position, "--json").output)["value"] == value.decode()


def test_holes_in_the_topic_are_passed_over(apache_kafka: Broker, box: LetterBox) -> None:
    """Where the last offsets hold nothing that can be read, a list ends all the same."""
    box.put([box.letter(1)])
    producer = Producer(
        {"bootstrap.servers": box.bootstrap_servers, "transactional.id": box.topic, "log_level": 0}
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(box.topic, value=b"taken back")
    producer.flush(10)
    producer.abort_transaction(30)
    assert len(box.rows()) == 1
    assert box.run("redrive", "--all").output == "1 of 1 messages sent\n"


def test_a_redriven_message_is_what_was_first_sent(box: LetterBox) -> None:
    """Key, value and headers as they were, with where it first stood, its count, and what it asks for."""
    box.put(
        [
            box.letter(1),
            box.letter(2, value=None, error_class="MissingOrder"),
            box.letter(3, image_url="https://host/a.jpg", error_class="HttpMissing"),
        ]
    )
    assert box.run("redrive", "--class", "InvalidProduct").output == "1 of 1 messages sent\n"
    assert box.run("redrive", f"{box.products}:0:2").output == "1 of 1 messages sent\n"
    # The third by its letter's own position.
    assert box.run("redrive", f"{box.topic}:0:2").output == "1 of 1 messages sent\n"
    place = {
        "ce_type": b"x",
        "redrive_topic": box.products.encode(),
        "redrive_partition": b"0",
        "redrive_timestamp_ms": b"1700000000000",
        "redrive_count": b"1",
    }
    value = b'{"data": {"id": "p"}}'
    assert box.redriven() == [
        (b"p", value, {**place, "redrive_offset": b"1"}),
        (b"p", None, {**place, "redrive_offset": b"2"}),
        (b"p", value, {**place, "redrive_offset": b"3", "redrive_images": b"failed"}),
    ]


def test_what_is_redriven_is_left_out_until_it_comes_back_and_then_only_so_often(box: LetterBox) -> None:
    """The counter travels with the message; beyond the ceiling only --force sends it."""
    box.put([box.letter(1)])
    for times in (1, 2, 3):
        assert box.run("redrive", "--all").output == "1 of 1 messages sent\n"
        again = box.run("redrive", "--all")
        assert again.exit_code == 0
        assert again.output.startswith("0 of 1 messages sent\n1 left out")
        box.put([box.letter(1, headers=(("redrive_count", str(times).encode()),))])
    refused = box.run("redrive", f"{box.products}:0:1")
    assert (refused.exit_code, refused.output) == (1, "0 of 1 messages sent\n")
    assert refused.errors == "1 refused: redriven 3 × already (--force sends them)\n"
    assert box.run("redrive", "--all", "--force").exit_code == 0
    assert [headers["redrive_count"] for _, _, headers in box.redriven()] == [b"1", b"2", b"3", b"4"]
    assert box.rows()[0]["redriven"] == 4


def test_an_interrupted_redrive_is_finished_by_the_next(box: LetterBox) -> None:
    """What was confirmed by then is counted, stays sent, and is left out the next time."""
    box.put([box.letter(n) for n in range(620)])

    def interrupt(stage: str) -> OnProgress:
        def on_progress(_done: int, _total: int) -> None:
            if stage == "sending":
                raise KeyboardInterrupt

        return on_progress

    redriving = Redriving({"bootstrap.servers": box.bootstrap_servers}, "test.dead-letters", interrupt)
    with pytest.raises(KeyboardInterrupt):
        redriving.run(RedriveRequest(box.topic, LetterFilter()))
    assert 0 < redriving.report.sent < 620
    assert len(box.redriven()) == redriving.report.sent
    rest = 620 - redriving.report.sent
    assert box.run("redrive", "--all").output.startswith(f"{rest} of 620 messages sent\n")
    assert len(box.redriven()) == 620


def test_ctrl_c_amid_a_delivery_report_waits_for_its_end(box: LetterBox) -> None:
    """It is Ctrl-C and no error of Kafka's client, and what had arrived is counted."""

    class Interrupted(RedriveSender):
        def _on_delivery(self, position: LogPosition, error: KafkaError | None) -> None:
            signal.raise_signal(signal.SIGINT)
            super()._on_delivery(position, error)

    sender = Interrupted({"bootstrap.servers": box.bootstrap_servers}, redrive_topic(box.topic))
    sender.send(RawMessage(box.products, 0, 7, 0, b"p7", b"{}", ()), times=1, images_again=False)
    with pytest.raises(KeyboardInterrupt):
        sender.confirm()
    assert sender.sent.confirmed == 1


def test_a_letter_by_reference_brings_its_message_back(make_box: Callable[..., LetterBox]) -> None:
    """It is read from where it first stood; where another stands there, or none, that is a failure."""
    box = make_box(max_message_bytes="10000")
    value = json.dumps({"data": {"id": "p", "name": "x" * 50_000}}).encode()
    sent = [Event(box.products, b"p", value, (("ce_type", b"x"),)), Event(box.products, b"p", b"short")]
    publish(box.bootstrap_servers, sent)
    large = box.letter(0, value=value)
    box.put([large, replace(large, offset=1), replace(large, offset=7)])
    # One of a later try, which knows no more than where the event stands.
    box.put([box.letter(0, value=None, headers=(), image_url="https://host/a.jpg")])
    assert f"{len(value)} bytes are too large to carry" in box.run("show", f"{box.topic}:0:0").output
    outcome = box.run("redrive", "--all")
    assert (outcome.exit_code, outcome.output) == (1, "1 of 3 messages sent\n")
    assert outcome.errors.splitlines() == [
        f"{box.products}:0:1 not sent: at {box.products}:0:1 stands another message now: its size is another",
        f"{box.products}:0:7 not sent: {box.products}:0:7 is no longer in the log",
    ]
    [(key, redriven_value, headers)] = box.redriven()
    assert (key, redriven_value, headers["ce_type"], headers["redrive_images"]) == (
        b"p",
        value,
        b"x",
        b"failed",
    )


def test_no_more_than_the_limit_goes_at_once(box: LetterBox) -> None:
    """Where more match, nothing is sent; and a redrive of everything must be said."""
    box.put([box.letter(n) for n in range(3)])
    outcome = box.run("redrive", "--all", "--limit", "2")
    assert outcome.exit_code == 1
    assert "more than 2 messages match" in outcome.errors
    assert box.run("redrive").exit_code == 2
    assert box.redriven() == []


def test_a_reader_goes_from_the_beginning_to_the_ends_it_was_given(box: LetterBox) -> None:
    """What arrives while it reads is not its concern, and a position that holds nothing is told."""
    box.put([box.letter(n) for n in range(3)])
    with TopicReader({"bootstrap.servers": box.bootstrap_servers}, group="test.dead-letters") as reader:
        ends = reader.ends(box.topic)
        box.put([box.letter(9)])
        assert [message.offset for message in reader.read(box.topic, ends)] == [0, 1, 2]
        assert reader.read_at(box.topic, 0, 99) is None
        assert reader.read_at(box.topic, 5, 0) is None
        found = reader.first_from(box.topic, 0, 3)
        assert found is not None
        assert TopicPartition(found.topic, found.partition, found.offset) == TopicPartition(box.topic, 0, 3)
