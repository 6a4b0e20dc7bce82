"""Object stores: every object is listed and copied under its own name, nothing is written, what cannot be had is told."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from contextlib import contextmanager
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.source.certificate import make_certificate

from morasanu.errors import InputError, InspectError, OutsideError
from morasanu.source import bucket
from morasanu.source.bucket import BucketSource, open_place
from morasanu.source.credential import Credentials
from morasanu.source.interface import Access, Item
from morasanu.source.place import open_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

KEYS = {
    "a.txt": "氏名,電話".encode(), "支店/名簿.csv": b"x" * 3_000_000, "支店/控え/b.txt": b"b", "支店2/c.txt": b"c",
    "x//y.txt": b"y", "/lead": b"lead", "../up.txt": b"up", "./dot": b"dot", "a/../q.txt": b"q", "100%?#&+ .txt": b"odd",
    " ": b"space", "folder/": b"", "not-empty/": b"data", "empty.txt": b"",
}  # fmt: skip
LISTED = {key: data for key, data in KEYS.items() if key != "folder/"}


class Store:
    """A store on this machine and the right to read it."""

    def __init__(self, endpoint: str) -> None:
        self.secrets = {"endpoint": endpoint, "region": "ap-northeast-1", "access_key": "AK", "secret_key": "himitsu"}

    @cached_property
    def client(self) -> Any:
        return import_module("boto3").client(
            "s3", endpoint_url=self.secrets["endpoint"], region_name="us-east-1", aws_access_key_id="AK",
            aws_secret_access_key="himitsu",
        )  # fmt: skip

    def open(self, url: str = "s3://shiomi", **settings: Any) -> BucketSource:
        return open_place(url, Access(self.secrets, **settings))


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    moto = pytest.importorskip("moto.server", reason="moto is not installed: no object store to read")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = Store(f"http://{host}:{port}")
    made.client.create_bucket(Bucket="shiomi")
    for key, data in KEYS.items():
        made.client.put_object(Bucket="shiomi", Key=key, Body=data)
    yield made
    server.stop()


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep boto3 from what this machine may have, and from asking a cloud for a role."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises((InputError, OutsideError, InspectError)) as caught:
        act()
    assert "himitsu" not in str(caught.value) + caught.value.message_ja
    return caught.value.code


def test_every_object_is_listed_once_and_read_whole(store: Store) -> None:
    source = store.open()
    items = list(source.items())
    assert len({item.path for item in items}) == len(LISTED)
    found = {}
    for item in items:
        assert item.path.startswith("s3://shiomi/")
        with source.open(item.path) as file:
            os.fstat(file.fileno())
            found[item.path] = file.read()
        assert len(found[item.path]) == item.size_bytes
        assert source.version(item.path) == item.version
    assert sorted(found.values()) == sorted(LISTED.values())
    assert found["s3://shiomi/支店/名簿.csv"] == LISTED["支店/名簿.csv"]
    assert found["s3://shiomi/100%25%3F%23&+ .txt"] == b"odd"
    assert found["s3://shiomi/../up.txt"] == b"up"


def test_version_asked_for_at_another_time_is_the_same(store: Store) -> None:
    versions = {item.path: item.version for item in store.open().items()}
    source = store.open()
    assert {path: source.version(path) for path in versions} == versions


def test_place_is_the_folder_right_below_the_address(store: Store) -> None:
    places = {item.path: item.place for item in store.open("s3://shiomi/支店").items()}
    assert places == {
        "s3://shiomi/支店/名簿.csv": "s3://shiomi/支店",
        "s3://shiomi/支店/控え/b.txt": "s3://shiomi/支店",
        "s3://shiomi/支店2/c.txt": "s3://shiomi/支店2",
    }
    below = {item.path: item.place for item in store.open("s3://shiomi/支店/").items()}
    assert below == {
        "s3://shiomi/支店/名簿.csv": "s3://shiomi/支店",
        "s3://shiomi/支店/控え/b.txt": "s3://shiomi/支店/控え",
    }


@pytest.mark.parametrize("url", ["s3://shiomi/支店", "s3://shiomi/%E6%94%AF%E5%BA%97", "s3://shiomi/"])
def test_address_begins_every_path_and_leads_back_to_the_object(store: Store, url: str) -> None:
    source = store.open(url)
    for item in source.items():
        assert item.path.startswith(url)
        with source.open(item.path) as file:
            assert file.read() in LISTED.values()


def test_nothing_but_reading_is_ever_asked(store: Store) -> None:
    source = store.open()
    asked = []
    source._client.meta.events.register("before-send.s3", lambda request, **_: asked.append(request.method))
    for item in source.items():
        source.open(item.path).close()
    source._last = ("", "")
    source.version("s3://shiomi/a.txt")
    assert set(asked) == {"GET", "HEAD"}


def test_pages_are_followed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    source = store.open()
    real, pages = source._client._make_request, []

    def ask(model: Any, request: dict[str, Any], context: Any) -> Any:
        request["url"] += "&max-keys=4" if model.name == "ListObjectsV2" else ""
        pages.append(model.name)
        return real(model, request, context)

    monkeypatch.setattr(source._client, "_make_request", ask)
    assert len(list(source.items())) == len(LISTED)
    assert len(pages) == 4


def test_object_that_changed_has_another_version(store: Store) -> None:
    store.client.create_bucket(Bucket="change")
    store.client.put_object(Bucket="change", Key="a", Body=b"1")
    source = store.open("s3://change")
    (item,) = source.items()
    store.client.put_object(Bucket="change", Key="a", Body=b"2")
    assert source.version(item.path) != item.version
    with source.open(item.path) as file:
        assert file.read() == b"2"
    assert source.version(item.path) != item.version
    store.client.delete_object(Bucket="change", Key="a")
    source._last = ("", "")
    assert refusal_of(lambda: source.open(item.path)) == "MRS-X-001"
    assert refusal_of(lambda: source.version(item.path)) == "MRS-X-001"


def test_archived_object_is_told(store: Store) -> None:
    store.client.create_bucket(Bucket="cold")
    store.client.put_object(Bucket="cold", Key="a", Body=b"1", StorageClass="GLACIER")
    source = store.open("s3://cold")
    (item,) = source.items()
    assert refusal_of(lambda: source.open(item.path)) == "MRS-X-041"


def test_object_above_the_limit_is_told_and_not_fetched(store: Store) -> None:
    source = store.open(spool_bytes=1_000)
    assert refusal_of(lambda: source.open("s3://shiomi/支店/名簿.csv")) == "MRS-X-022"
    source.open("s3://shiomi/a.txt").close()


def test_keys_may_come_from_the_environment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AK")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "himitsu")
    monkeypatch.setenv("AWS_ENDPOINT_URL", store.secrets["endpoint"])
    assert len(list(open_place("s3://shiomi", Access()).items())) == len(LISTED)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("s3://nix", "MRS-I-033"),
        ("s3://shiomi/nix", "MRS-I-033"),
        ("s3://BAD_NAME!", "MRS-I-030"),
        ("s3://shiomi:9000/", "MRS-I-030"),
        ("s3:///a", "MRS-I-030"),
    ],
)
def test_place_that_is_not_there_is_refused(store: Store, url: str, code: str) -> None:
    assert refusal_of(lambda: store.open(url)) == code


def open_with(secrets: Mapping[str, str]) -> BucketSource:
    pytest.importorskip("boto3", reason="boto3 is not installed")
    return open_place("s3://shiomi", Access(secrets))


@pytest.mark.parametrize(
    ("secrets", "code"),
    [
        ({"acces_key": "AK"}, "MRS-I-031"),
        ({"access_key": "AK"}, "MRS-I-031"),
        ({"endpoint": "http://store.shiomi.example"}, "MRS-I-034"),
        ({"endpoint": "nonsense"}, "MRS-I-030"),
        ({"ca_file": "/nonexistent"}, "MRS-I-001"),
        ({"endpoint": "http://127.0.0.1:9"}, "MRS-I-032"),  # no keys anywhere
    ],
)
def test_settings_that_cannot_be_are_refused(secrets: dict[str, str], code: str) -> None:
    assert refusal_of(lambda: open_with(secrets)) == code


def test_endpoint_in_the_open_from_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://store.shiomi.example")
    assert refusal_of(lambda: open_with({})) == "MRS-I-034"


def test_missing_part_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "find_spec", lambda _: None)
    with pytest.raises(OutsideError) as caught:
        open_places(["s3://shiomi"], Credentials())
    assert caught.value.code == "MRS-O-033"
    for language in ("ja", "en"):
        assert "pip install 'morasanu[s3]'" in caught.value.message(language)


LISTING = """<?xml version="1.0"?><ListBucketResult><Name>shiomi</Name><KeyCount>1</KeyCount><IsTruncated>{more}</IsTruncated>
<NextContinuationToken>next</NextContinuationToken><EncodingType>url</EncodingType><Contents><Key>a%0Ab</Key>
<LastModified>2026-11-24T10:00:00.123Z</LastModified><ETag>"e"</ETag><Size>10</Size></Contents></ListBucketResult>"""
ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>himitsu</Message></Error>"


@contextmanager
def answering(answer: Callable[[str], tuple[int, str, int]], folder: Path | None = None) -> Iterator[Store]:
    """Yield a store that answers a request (method and path) with status, body and how long it says the body is (-1: as it is)."""
    pytest.importorskip("boto3", reason="boto3 is not installed")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, length = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length < 0 else length))
            self.send_header("ETag", '"e"')
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if folder:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*make_certificate(folder))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Store(f"{scheme}://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


def problems(items: list[Item]) -> list[str | None]:
    return [item.problem and item.problem.code for item in items]


def test_listing_that_breaks_off_is_told_after_what_was_listed() -> None:
    def answer(path: str) -> tuple[int, str, int]:
        broken = "continuation-token" in path
        return (403, ERROR.format(code="AccessDenied"), -1) if broken else (200, LISTING.format(more="true"), -1)

    with answering(answer) as store:
        items = list(store.open().items())
    assert [item.path for item in items] == ["s3://shiomi/a%0Ab", "s3://shiomi/"]
    assert problems(items) == [None, "MRS-X-002"]
    assert items[0].version == '"e":10:1795514400'


def test_attack_listing_without_end_ends() -> None:
    with answering(lambda _: (200, LISTING.format(more="true"), -1)) as store:
        items = list(store.open().items())
    assert problems(items)[-1] == "MRS-X-040"
    assert len(items) < 5


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, "short", 1_000), "MRS-X-040"),
        ((403, ERROR.format(code="AccessDenied"), -1), "MRS-X-002"),
        ((400, ERROR.format(code="KMS.DisabledException"), -1), "MRS-X-002"),
        ((404, ERROR.format(code="NoSuchKey"), -1), "MRS-X-001"),
        ((403, ERROR.format(code="InvalidObjectState"), -1), "MRS-X-041"),
        ((400, ERROR.format(code="InvalidRequest"), -1), "MRS-X-020"),
        ((400, ERROR.format(code="himitsu &lt;b&gt;"), -1), "MRS-X-009"),
        ((418, "himitsu", -1), "MRS-X-009"),
    ],
)
def test_object_that_cannot_be_had_is_told_with_its_reason(answer: tuple[int, str, int], code: str) -> None:
    with answering(lambda path: (200, LISTING.format(more="false"), -1) if "list-type" in path else answer) as store:
        source = store.open()
        (item,) = source.items()
        assert refusal_of(lambda: source.open(item.path)) == code


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", "MRS-I-032"),
        (403, "SignatureDoesNotMatch", "MRS-I-032"),
        (404, "NoSuchBucket", "MRS-I-033"),
        (400, "Strange", "MRS-O-030"),
    ],
)
def test_bucket_that_cannot_be_listed_is_refused(status: int, code: str, expected: str) -> None:
    with answering(lambda _: (status, ERROR.format(code=code), -1)) as store:
        assert refusal_of(store.open) == expected


def test_certificate_must_be_trusted(tmp_path: Path) -> None:
    with answering(lambda _: (200, LISTING.format(more="false"), -1), tmp_path) as store:
        assert refusal_of(store.open) == "MRS-O-031"
        store.secrets["ca_file"] = str(tmp_path / "localhost.crt")
        assert len(list(store.open().items())) == 1


def test_store_that_is_not_there_is_told() -> None:
    pytest.importorskip("boto3", reason="boto3 is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refusal_of(Store(f"http://127.0.0.1:{port}").open) == "MRS-O-030"
