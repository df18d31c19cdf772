"""Image hosts fail in every way: what may pass is indexed in the end, everything else is one dead letter."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from time import monotonic

import pytest

from tests.chaos.album import Album
from tests.chaos.members import Members
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.image_host.scripted_image_host import Answer, ScriptedImageHost
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from vector_store import ProductIndex, VectorStore

_JPEG = {"Content-Type": "image/jpeg"}
_NEVER_SECONDS = 3_600.0
# Tried again after half a second instead of a minute, and given up only when told to.
_PATIENT = {
    "IMAGE_RETRY_SECONDS": "0.5",
    "IMAGE_DEADLINE_SECONDS": "2",
    "IMAGE_HOST_PAUSE_SECONDS": "0.5",
    "IMAGE_MISSING_GRACE_SECONDS": "1e9",
}
_AT_AN_END = {**_PATIENT, "IMAGE_GIVE_UP_SECONDS": "0.001", "IMAGE_MISSING_GRACE_SECONDS": "0"}


def faults_that_pass(photo: bytes) -> dict[str, Answer]:
    """Answers after which another try may go well."""
    return {
        "1 byte/s": Answer(photo, headers=_JPEG, drip_seconds=1),
        "hangs": Answer(delay_seconds=_NEVER_SECONDS),
        "408": Answer(status=408),
        "429 with Retry-After": Answer(status=429, headers={"Retry-After": "1"}),
        "500": Answer(status=500),
        "503": Answer(status=503),
        "reset": Answer(reset=True),
        "body cut off": Answer(photo, headers=_JPEG, cut_bytes=100),
        "401": Answer(status=401),
        "404": Answer(status=404),
        "410": Answer(status=410),
        "200 with X-Cld-Error": Answer(photo, headers={**_JPEG, "X-Cld-Error": "Resource not found"}),
    }


def faults_for_good(host: ScriptedImageHost, photo: bytes) -> dict[str, tuple[Answer, str]]:
    """Answers that another try will not change, and the class of their dead letters."""

    def to(url: str) -> Answer:
        return Answer(status=302, headers={"Location": url})

    return {
        "truncated file": (Answer(photo[: len(photo) // 2], headers=_JPEG), "TruncatedImage"),
        "no picture": (Answer(b"<html>", headers={"Content-Type": "text/html"}), "NotAnImage"),
        "empty": (Answer(b"", headers=_JPEG), "NotAnImage"),
        "403": (Answer(status=403), "HttpRefused"),
        "redirect loop": (to(host.url(_path("for good", "redirect loop"))), "TooManyRedirects"),
        "redirect to the metadata address": (to("http://169.254.169.254/latest"), "ForbiddenAddress"),
        "redirect to a private address": (to("https://10.0.0.1/a.jpg"), "ForbiddenAddress"),
        "redirect to another port": (to("http://127.0.0.1:1/a.jpg"), "ForbiddenAddress"),
        "redirect to a file": (to("file:///etc/passwd"), "BadUrl"),
        "redirect to another host": (to("https://not-allowed.example/a.jpg"), "ForbiddenHost"),
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "copies",
    [
        pytest.param(1, marks=pytest.mark.integration, id="short"),
        pytest.param(8, marks=pytest.mark.slow, id="full"),
    ],
)
def test_every_fault_of_an_image_host(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path, copies: int
) -> None:
    """Each fault, once or several times before the picture, or for ever, on a product with a good picture."""
    host, rng = shop.host, trial.rng
    numbers = cycle(range(len(album.photos)))
    good = album.serve(host, "good.jpg", next(numbers))
    refused: dict[str, str] = {}
    images: list[str] = []
    for copy in range(copies):
        for name, answer in faults_that_pass(album.photos[0]).items():
            number, times = next(numbers), rng.randint(1, 3)
            picture = Answer(album.photos[number], headers=_JPEG)
            url = host.script(_path("passes", name, copy), [*[answer] * times, picture])
            album.shows[url] = number
            images.append(url)
            trial.faults[name] += times
        for name, (answer, error_class) in faults_for_good(host, album.photos[0]).items():
            path = _path("for good", name, *([] if "loop" in name else [copy]))
            refused[url := host.script(path, [answer])] = error_class
            images.append(url)
            trial.faults[name] += 1
        for status, error_class in ((500, "HttpUnavailable"), (404, "HttpMissing")):
            url = host.script(f"never/{status}/{copy}", [Answer(status=status)])
            refused[url] = error_class
            images.append(url)
            trial.faults[f"{status} for ever"] += 1
    images = list(dict.fromkeys(images))
    rng.shuffle(images)
    publish(shop.bootstrap_servers, [_created(shop, f"p{n}", [good, url]) for n, url in enumerate(images)])
    with Members(shop.environment(**_PATIENT), tmp_path) as members:
        members.start()
        shop.wait_until_done(store, timeout_seconds=120)
        never = 2 * copies
        assert eventually(lambda: _pending(store) == never, timeout_seconds=120), _waiting(store)
        members.stop_all()
        members.start(**_AT_AN_END)
        assert eventually(lambda: _pending(store) == 0, timeout_seconds=60), _waiting(store)
        account = judge(shop, store, album, refused=refused)
        members.stop_all()
    assert (account.letters, account.repeated) == (len(refused), 0)
    trial.passed(account)


@pytest.fixture
def bad_host() -> Iterator[ScriptedImageHost]:
    """A host that answers nobody."""
    with ScriptedImageHost(delay_seconds=_NEVER_SECONDS) as host:
        yield host


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_bad_host_holds_up_only_its_own(
    *,
    trial: Trial,
    shop: Shop,
    store: VectorStore,
    album: Album,
    bad_host: ScriptedImageHost,
    tmp_path: Path,
) -> None:
    """Products of a good host are all indexed while another host answers nobody; how much slower is shown."""
    products = 300
    urls = album.serve_all(shop.host, addresses=2 * products // len(album.photos))
    alone = [_created(shop, f"alone {n}", [urls[n]]) for n in range(products)]
    beside = [_created(shop, f"beside {n}", [urls[products + n]]) for n in range(products)]
    hanging = [_created(shop, f"hanging {n}", [bad_host.url(f"{n}.jpg")]) for n in range(products // 3)]
    trial.faults["host that hangs"] += len(hanging)
    mixed = beside + hanging
    trial.rng.shuffle(mixed)
    environment = shop.environment(IMAGE_LOCAL_HOSTS=f"{shop.host.address},{bad_host.address}")
    with Members(environment, tmp_path) as members:
        member = members.start()
        publish(shop.bootstrap_servers, [_created(shop, "warm", [urls[0]])])
        shop.wait_until_done(store, timeout_seconds=60)
        seconds: list[float] = []
        for events, images in ((alone, 1 + products), (mixed, 1 + 2 * products)):
            began = monotonic()
            publish(shop.bootstrap_servers, events)
            assert eventually(lambda images=images: _index(store).count_images() == images, 120), (  # type: ignore[misc]
                member.log_tail()
            )
            seconds.append(monotonic() - began)
        trial.notes.append(f"good products beside a bad host: × {seconds[1] / seconds[0]:.2f} of the time")
        shop.wait_until_done(store, timeout_seconds=120)
        assert _pending(store) == len(hanging)
        for n in range(len(hanging)):
            number = n % len(album.photos)
            url = bad_host.script(f"{n}.jpg", [Answer(album.photos[number], headers=_JPEG)])
            album.shows[url] = number
        bad_host.delay_seconds = 0
        # The first try again is due after a minute.
        assert eventually(lambda: _pending(store) == 0, timeout_seconds=180), _waiting(store)
        account = judge(shop, store, album)
        members.stop_all()
    trial.passed(account)


def _path(*parts: object) -> str:
    return "/".join(str(part).replace(" ", "-").replace("/", "-") for part in parts)


def _created(shop: Shop, product_id: str, images: list[str]) -> Event:
    return product_event(shop.created, "created", {"id": product_id, "images": images}, order=1)


def _index(store: VectorStore) -> ProductIndex:
    name = store.promoted()
    assert name is not None
    return ProductIndex(store.open(name))


def _pending(store: VectorStore) -> int:
    return _index(store).count_pending()


def _waiting(store: VectorStore) -> list[str]:
    return [
        f"{image.url}: {image.reason}"
        for record in _index(store).all_records()
        for image in record.images
        if image.status == "pending"
    ]
