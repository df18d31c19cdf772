"""Image hosts fail in every way: what may pass is indexed in the end, everything else is one dead letter."""

from itertools import cycle
from pathlib import Path

import pytest

from tests.chaos.album import Album
from tests.chaos.members import Members
from tests.chaos.pending import count_pending, pending_images
from tests.chaos.scale import at_scale
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.image_host.scripted_image_host import Answer, ScriptedImageHost
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from vector_store import VectorStore

_JPEG = {"Content-Type": "image/jpeg"}
_NEVER_SECONDS = 3_600.0
# A search shows at most so many products that share a picture.
_GOOD = 4
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


def pictures_all_the_same(photo: bytes) -> dict[str, Answer]:
    """Answers that say they are something else, and are pictures: what counts is what came."""
    return {
        "picture as text/html": Answer(photo, headers={"Content-Type": "text/html"}),
        "picture of no type": Answer(photo),
        "picture as PNG": Answer(photo, headers={"Content-Type": "image/png"}),
    }


def faults_for_good(host: ScriptedImageHost, photo: bytes) -> dict[str, tuple[Answer, str]]:
    """Answers that another try will not change, and the class of their dead letters."""

    def to(url: str) -> Answer:
        return Answer(status=302, headers={"Location": url})

    return {
        "truncated file": (Answer(photo[: len(photo) // 2], headers=_JPEG), "TruncatedImage"),
        "no picture": (Answer(b"<html>", headers={"Content-Type": "text/html"}), "NotAnImage"),
        "no picture, but said to be": (Answer(b"<svg/>" * 100, headers=_JPEG), "NotAnImage"),
        "empty": (Answer(b"", headers=_JPEG), "NotAnImage"),
        "403": (Answer(status=403), "HttpRefused"),
        "redirect loop": (to(host.url(_path("for good", "redirect loop"))), "TooManyRedirects"),
        "redirect to the metadata address": (to("http://169.254.169.254/latest"), "ForbiddenAddress"),
        "redirect to a private address": (to("https://10.0.0.1/a.jpg"), "ForbiddenAddress"),
        "redirect to a mapped address": (to("http://[::ffff:169.254.169.254]/a.jpg"), "ForbiddenAddress"),
        "redirect to another port": (to("http://127.0.0.1:1/a.jpg"), "ForbiddenAddress"),
        "redirect to a file": (to("file:///etc/passwd"), "BadUrl"),
        "redirect to another host": (to("https://not-allowed.example/a.jpg"), "ForbiddenHost"),
    }


@pytest.mark.timeout(300)
@at_scale("copies", short={"short": (1,)}, full={"full": (8,)})
def test_every_fault_of_an_image_host(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path, copies: int
) -> None:
    """Each fault, once or several times before the picture, or for ever, on a product with a good picture."""
    host, rng = shop.host, trial.rng
    numbers = cycle(range(len(album.photos)))
    good = [album.serve(host, f"good/{n}.jpg", next(numbers)) for n in range(_GOOD)]
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
        for name in pictures_all_the_same(b""):
            number = next(numbers)
            answer = pictures_all_the_same(album.photos[number])[name]
            album.shows[url := host.script(_path("says", name, copy), [answer])] = number
            images.append(url)
            trial.faults[name] += 1
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
    publish(
        shop.bootstrap_servers,
        [_created(shop, f"p{n}", [good[n % _GOOD], url]) for n, url in enumerate(images)],
    )
    with Members(shop.environment(**_PATIENT), tmp_path) as members:
        members.start()
        shop.wait_until_done(store, timeout_seconds=120)
        never = 2 * copies
        assert eventually(lambda: count_pending(store) == never, timeout_seconds=120), pending_images(store)
        members.stop_all()
        members.start(**_AT_AN_END)
        assert eventually(lambda: count_pending(store) == 0, timeout_seconds=60), pending_images(store)
        account = judge(shop, store, album, refused=refused)
        members.stop_all()
    assert (account.letters, account.repeated) == (len(refused), 0)
    trial.passed(account)


def _path(*parts: object) -> str:
    return "/".join(str(part).replace(" ", "-").replace("/", "-") for part in parts)


def _created(shop: Shop, product_id: str, images: list[str]) -> Event:
    return product_event(shop.created, "created", {"id": product_id, "images": images}, order=1)
