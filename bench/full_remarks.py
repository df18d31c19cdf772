"""What to know of the figures of a whole run, a line each."""

from collections.abc import Iterator

from bench.quietness import is_quiet, other_work
from bench.results import BenchResult
from bench.tables import spread


def full_remarks(result: BenchResult) -> Iterator[str]:
    """Machine, sizes, where core-seconds went, and how busy others were."""
    machine, settings, beside = result.machine, result.settings, result.beside
    quick, indexing, changes, replay, search = (
        settings[name] for name in ("quick", "indexing", "changes", "replay", "search")
    )
    yield (
        f"Machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']} GiB, "
        f"{machine['system']}; Kafka: {settings['kafka']}; index: Qdrant Edge. The run took "
        f"{result.seconds / 60:.0f} minutes; medians, and the least and greatest of a round."
    )
    yield (
        f"Model: {quick['model']} ({quick['embedder']}), batches of {quick['embed_batch_size']}, "
        f"embedding calls at a time: {quick['embed_calls']}, threads of each: {quick['embed_threads']}; "
        f"{quick['fetch_threads']} threads fetching; the plain "
        f"service: {quick['torch_threads']} torch threads. Seed {quick['seed']}."
    )
    yield (
        f"Indexing: {quick['rounds']} rounds of {quick['images']} images (the plain service: "
        f"{quick['plain_images']}), then {indexing['rounds']} of {indexing['images']} with torch's eager "
        f"mode and with a latency of {indexing['latency_ms']} ms."
    )
    yield (
        f"Events without images: {changes['rounds']} rounds of {changes['changes']:,} price changes and "
        f"{changes['deletes']:,} deletes, both twice, and {changes['searches']} searches in between "
        f"(p50 {spread(beside['idle_search_p50_ms'], 1)} ms), consumer and search API in one process, as the "
        f"embedded engine wants it; {replay['rounds']} replays of {replay['events']:,} events, "
        f"{spread(beside['replay_core_us_per_event'], 0)} core-µs each."
    )
    yield (
        f"Searches: {search['rounds']} rounds over {search['products']:,} products; "
        f"{search['mixed_calls']:,} mixed calls of {search['mixed_clients']} clients a round, each answered "
        "with success, or there would be no figures."
    )
    yield (
        f"Core-ms an image: {spread(beside['decode_core_ms_per_image'])} for decoding alone, "
        f"{spread(beside['embed_core_ms_per_image'])} for embedding alone; of the consumer's, "
        f"{spread(beside['kafka_client_core_ms_per_image'])} for its Kafka client; beside the consumer, "
        f"{spread(beside['around_core_ms_per_image'])} for image host, the bench's broker, and the bench; "
        f"{spread(beside['eager_core_ms_per_image'])} for all of the consumer with torch's eager mode."
    )
    yield f"{spread(other_work(result))} cores were busy with what is none of the bench's" + (
        "." if is_quiet(result) else ": too much for figures by the clock to say anything."
    )
