"""`consumer dead-letters show`: one dead letter, whole."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime

import click
import orjson

from consumer.commands.dead_letters.filter_options import Position
from consumer.commands.dead_letters.surroundings import command_settings, open_reader, staged_progress
from consumer.dead_letters.letter_in_words import what_happens_next
from consumer.dead_letters.stored_letters import StoredLetter, read_letter
from consumer.kafka.log_position import LogPosition
from consumer.kafka.topic_reader import StagedProgress, TopicReader
from consumer.printable import printable, printable_bytes, printable_value
from consumer.redrive.history import Redrives, read_history

_SHOWN_CHARS = 20_000


@click.command()
@click.argument("position", type=Position(), metavar="TOPIC:PARTITION:OFFSET")
@click.option("--full", is_flag=True, help="Show a long value to its end.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with everything.")
@click.pass_obj
def show(options: dict[str, bool], *, position: LogPosition, full: bool, as_json: bool) -> None:
    """Show everything about one dead letter, and what happens next.

    The position is that of the message that could not be used, or the letter's own on the dead-letter topic.
    Of a message with several images that failed, each one's letter is shown.

    \b
    Examples:
      python -m consumer dead-letters show products:0:42
      python -m consumer dead-letters show product.dead-letters:0:7 --full
      python -m consumer dead-letters show products:0:42 --json | jq -r .value
    """
    settings = command_settings(debug=options["debug"])
    topic = settings.kafka_dead_letter_topic
    with open_reader(settings) as reader:
        with staged_progress() as begin:
            own = _positions(reader, topic, position, begin)
            history = read_history(reader, topic, _abouts(reader, own), begin("looking at redrives"))
        for number, each in enumerate(own):
            stored = _letter_at(reader, each)
            if stored is None:
                continue
            redrives = history.get(stored.about, Redrives())
            if as_json:
                click.echo(orjson.dumps(_as_json(stored, redrives)))
            else:
                click.echo("\n".join([""] * (number > 0) + list(_lines(stored, redrives, full=full))))
    if not own:
        raise click.ClickException(f"there is no dead letter about {position} on {topic}")


def _positions(
    reader: TopicReader, topic: str, position: LogPosition, begin: StagedProgress
) -> list[LogPosition]:
    """Where the newest letter of each image of the message stands, or of the message itself."""
    if position.topic == topic:
        return [position] if _letter_at(reader, position) is not None else []
    newest: dict[str | None, LogPosition] = {}
    for message in reader.read(topic, on_progress=begin("looking for it")):
        stored = read_letter(message)
        if stored is not None and stored.about == position:
            newest[stored.letter.image_url] = stored.position
    return list(newest.values())


def _abouts(reader: TopicReader, positions: list[LogPosition]) -> set[LogPosition]:
    first = _letter_at(reader, positions[0]) if positions else None
    return set() if first is None else {first.about}


def _letter_at(reader: TopicReader, position: LogPosition) -> StoredLetter | None:
    message = reader.read_at(position.topic, position.partition, position.offset)
    return None if message is None else read_letter(message)


def _lines(stored: StoredLetter, redrives: Redrives, *, full: bool) -> Iterator[str]:
    letter = stored.letter
    yield f"{stored.about}  {printable(letter.error_class)}"
    yield f"  letter       {stored.position}, put aside {_moment(stored.put_aside_ms)}"
    yield f"  sent         {_moment(letter.timestamp_ms)}"
    yield f"  product      {', '.join(printable(each) for each in sorted(stored.product_ids)) or '–'}"
    if letter.image_url is not None:
        status = "" if letter.http_status is None else f" (status {letter.http_status})"
        yield f"  image        {printable(letter.image_url)}{status}"
    yield f"  attempts     {letter.attempts}; {'may pass' if letter.retryable else 'for good'}"
    yield f"  generation   {printable(letter.generation)}, by version {printable(letter.service_version)}"
    yield f"  reason       {_indented(printable(letter.reason, one_line=False))}"
    yield f"  key          {'none' if letter.key is None else _cut(printable_bytes(letter.key), full=full)}"
    yield "  headers" if letter.headers else "  headers      none"
    for name, value in letter.headers:
        shown = "null" if value is None else _cut(printable_bytes(value), full=full)
        yield f"    {printable(name)}: {shown}"
    yield from _value_lines(stored, full=full)
    yield "  what happens next"
    for sentence in what_happens_next(stored, redrives):
        yield f"    {sentence}"


def _value_lines(stored: StoredLetter, *, full: bool) -> Iterator[str]:
    letter = stored.letter
    if letter.omitted_value_bytes is not None:
        yield f"  value        not in the letter: {letter.omitted_value_bytes} bytes are too large to carry"
    elif letter.value is None:
        yield f"  value        {'null: a tombstone' if stored.carries_its_message else 'not in the letter'}"
    else:
        yield f"  value        {len(letter.value)} bytes"
        yield "    " + _cut(printable_value(letter.value), full=full).replace("\n", "\n    ")


def _as_json(stored: StoredLetter, redrives: Redrives) -> dict[str, object]:
    letter = stored.letter
    return {
        "position": str(stored.about),
        "letter": str(stored.position),
        "put_aside": _moment(stored.put_aside_ms),
        "sent": _moment(letter.timestamp_ms),
        "product_ids": sorted(stored.product_ids),
        "error_class": letter.error_class,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "retryable": letter.retryable,
        "generation": letter.generation,
        "service_version": letter.service_version,
        "image_url": letter.image_url,
        "http_status": letter.http_status,
        "key": _text_or_base64(letter.key),
        "headers": [[name, _text_or_base64(value)] for name, value in letter.headers],
        "value": _text_or_base64(letter.value),
        "omitted_value_bytes": letter.omitted_value_bytes,
        "redriven": max(stored.redrives, redrives.times),
        "next": what_happens_next(stored, redrives),
    }


def _text_or_base64(data: bytes | None) -> str | dict[str, str] | None:
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


def _cut(text: str, *, full: bool) -> str:
    if full or len(text) <= _SHOWN_CHARS:
        return text
    return f"{text[:_SHOWN_CHARS]}\n… {len(text) - _SHOWN_CHARS} more characters: --full shows them"


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n    ")


def _moment(milliseconds: int) -> str:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds} ms since 1970"
