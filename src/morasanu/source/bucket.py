"""Object stores that speak S3: objects below a prefix, listed page by page and copied to be read; nothing is ever written."""

from __future__ import annotations

from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import urlsplit

from morasanu.errors import InputError, InspectError, MorasanuError, OutsideError
from morasanu.source.address import cut_address, read_name, show_name
from morasanu.source.credential import check_settings, load_trust
from morasanu.source.interface import Item
from morasanu.source.spool import check_size, spool
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from morasanu.source.interface import Access

_SETTINGS: Final = ("endpoint", "region", "access_key", "secret_key", "session_token", "ca_file", "addressing")
_CONNECT_S: Final = 10
_SILENCE_S: Final = 60
_CHUNK_BYTES: Final = 1 << 20
_GONE: Final = frozenset(("404", "NoSuchKey", "NoSuchVersion", "NotFound"))
_REFUSED: Final = frozenset(("403", "401", "AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden"))
_UNKNOWN: Final = frozenset(("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"))


def missing(_: str) -> str:
    """Return `s3` when boto3 is not installed."""
    return "" if find_spec("boto3") else "s3"


def open_place(url: str, access: Access) -> BucketSource:
    """Return the objects at `url` (`s3://bucket[/prefix]`): all whose keys begin with the prefix.

    Keys and rights come from the credentials file, else from where boto3 looks (environment, configuration, the machine's role).
    Raises InputError MRS-I-030 (no such address), MRS-I-031 (setting wrong or missing), MRS-I-032 (keys or rights refused),
    MRS-I-033 (no such bucket), MRS-I-034 (would cross a network in the open), OutsideError MRS-O-030 (not reached), MRS-O-031
    (not trusted).
    """
    address = cut_address(url)
    if address.port is not None:
        raise InputError(
            "MRS-I-030",
            "宛先の書き方が違います（例: s3://bucket/prefix。サーバーは接続情報の endpoint に書きます）",
            "not an address (such as s3://bucket/prefix; the server goes into the credentials file as endpoint)",
        )
    client = _make_client(access.secrets)
    source = BucketSource(url, client, urlsplit(url).netloc, read_name(address.path), access.spool_bytes)
    source.check()
    return source


def _make_client(secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - boto3 makes its classes when it runs
    check_settings(secrets, _SETTINGS)
    if bool(secrets.get("access_key")) != bool(secrets.get("secret_key")):
        raise InputError(
            "MRS-I-031",
            "接続情報の access_key と secret_key は両方書いてください（両方なければ環境やマシンの権限を使います）",
            "the credentials file needs both access_key and secret_key (without both, those of the environment are used)",
        )
    if secrets.get("ca_file"):
        load_trust(secrets["ca_file"])  # boto3 would tell only when it connects
    boto3, botocore = import_module("boto3"), import_module("botocore.config")
    config = botocore.Config(
        connect_timeout=_CONNECT_S,
        read_timeout=_SILENCE_S,
        retries={"mode": "standard", "total_max_attempts": 4},
        s3={"addressing_style": secrets.get("addressing", "path" if secrets.get("endpoint") else "auto")},
        request_checksum_calculation="when_required",  # stores of other makes do not know the newer ones
        response_checksum_validation="when_required",
    )
    client = _ask(
        boto3.session.Session().client,
        _explain_start,
        service_name="s3",
        endpoint_url=secrets.get("endpoint"),
        region_name=secrets.get("region"),
        aws_access_key_id=secrets.get("access_key"),
        aws_secret_access_key=secrets.get("secret_key"),
        aws_session_token=secrets.get("session_token"),
        verify=secrets.get("ca_file"),
        config=config,
    )
    used = urlsplit(client.meta.endpoint_url)
    if used.scheme != "https" and not is_loopback(used.hostname or ""):
        raise InputError(
            "MRS-I-034",
            "暗号化しない接続（http://）は、このコンピューター自身にしか使えません",
            "a connection without encryption (http://) is only for this machine itself",
        )
    return client


class BucketSource:
    """The objects of a bucket whose keys begin with a prefix. Old versions and unfinished uploads are not among them."""

    def __init__(self, url: str, client: Any, bucket: str, prefix: str, spool_bytes: int) -> None:  # noqa: ANN401
        """Take the address, a boto3 client, what of the bucket is meant and how much is copied at most."""
        is_bare = not prefix and not url.endswith("/")
        self._base = f"{url}/" if is_bare else url
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._limit = spool_bytes
        self._last = ("", "")

    def check(self) -> None:
        """Raise InputError or OutsideError when nothing can be listed, or nothing begins with the prefix."""
        here = {"Bucket": self._bucket, "Prefix": self._prefix}
        page = _ask(self._client.list_objects_v2, _explain_start, **here, MaxKeys=1)
        if self._prefix and not page.get("Contents"):
            raise InputError("MRS-I-033", "そこには何もありません", "nothing is there")

    def items(self) -> Iterator[Item]:
        """Yield the objects in the order of their keys; a listing that breaks off comes as an item with a problem."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        try:
            for page in pages:
                for entry in page.get("Contents", ()):
                    key, size = entry["Key"], int(entry.get("Size", 0))
                    if size or not key.endswith("/"):  # an empty object that ends so stands for a folder
                        path = self._base + show_name(key[len(self._prefix) :])
                        yield Item(path, self._place(path), size, _make_version(entry, size))
        except Exception as error:  # noqa: BLE001 - boto3 and what answers it may throw anything
            yield Item(self._base, self._base.rstrip("/"), 0, "", explain(error))

    def open(self, path: str) -> BinaryIO:
        """Return a copy of the object. Raises InspectError MRS-X-001, 002, 009, 020, 022, 040, 041."""
        answer = _ask(self._client.get_object, explain, Bucket=self._bucket, Key=self._key(path))
        size = int(answer.get("ContentLength", 0))
        with closing(answer["Body"]) as body:
            check_size(size, self._limit)
            file = spool(_read(body), self._limit)
        self._last = (path, _make_version(answer, size))
        return file

    def version(self, path: str) -> str:
        """Return tag, size and time of the object. Raises InspectError as `open` does."""
        if self._last[0] == path:  # a download is of one version, whole
            return self._last[1]
        answer = _ask(self._client.head_object, explain, Bucket=self._bucket, Key=self._key(path))
        return _make_version(answer, int(answer.get("ContentLength", 0)))

    def _key(self, path: str) -> str:
        return self._prefix + read_name(path[len(self._base) :])

    def _place(self, path: str) -> str:
        folder, slash, _ = path[len(self._base) :].partition("/")
        return (self._base + folder if slash else self._base).rstrip("/")


def _ask(call: Callable[..., Any], explain_error: Callable[[Exception], MorasanuError], **arguments: object) -> Any:  # noqa: ANN401
    try:
        return call(**arguments)
    except Exception as error:  # noqa: BLE001 - boto3 makes its exceptions when it runs, and lets urllib3's through
        raise explain_error(error) from None  # the store's words may hold keys


def _read(body: Any) -> Iterator[bytes]:  # noqa: ANN401 - botocore's StreamingBody
    try:
        yield from body.iter_chunks(_CHUNK_BYTES)
    except Exception as error:  # noqa: BLE001 - botocore and urllib3 throw of their own
        raise explain(error) from None


def _make_version(entry: Mapping[str, Any], size_bytes: int) -> str:
    """Return what changes with the object; listings tell times more exactly than downloads do, so seconds count."""
    changed_at = entry.get("LastModified")
    seconds = int(changed_at.timestamp()) if changed_at else 0
    return f"{entry.get('ETag', '')}:{size_bytes}:{seconds}"


def explain(error: Exception) -> InspectError:
    """Return why an object could not be had, without its key and the store's own words."""
    if isinstance(error, InspectError):
        return error
    code = _code(error)
    if code in _GONE:
        return InspectError("MRS-X-001", "走査中に消えました", "it vanished during the scan")
    if code == "InvalidObjectState":
        return InspectError(
            "MRS-X-041", "保管庫（Glacier など）にあり、取り出してから読めます", "archived (Glacier): restore it first"
        )
    if code == "InvalidRequest":  # what is encrypted with a key that only its owner has is asked for without it
        return InspectError("MRS-X-020", "暗号化されています（鍵が要ります）", "encrypted (a key is needed)")
    if code in _REFUSED or code.startswith("KMS"):
        return InspectError("MRS-X-002", "読む権限がありません", "no permission to read it")
    name = code or type(error).__name__
    if code or not _is_of_network(error):
        return InspectError("MRS-X-009", f"読み取りエラー（{name}）", f"reading failed ({name})")
    return InspectError(
        "MRS-X-040", f"サーバーとの接続が切れました（{name}）", f"the connection to the server broke ({name})"
    )


def _explain_start(error: Exception) -> MorasanuError:
    """Return why a bucket cannot be scanned at all."""
    code, name = _code(error), type(error).__name__
    if code in {"NoSuchBucket", "404"}:
        return InputError("MRS-I-033", "そのバケットがありません", "there is no such bucket")
    if code in _REFUSED | _UNKNOWN or name in {
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
    }:
        return InputError(
            "MRS-I-032",
            f"一覧を取れません（{code or name}）。鍵と ListBucket・GetObject の権限を確かめてください",
            f"cannot be listed ({code or name}); check the keys and the rights ListBucket and GetObject",
        )
    if name == "SSLError":
        return OutsideError(
            "MRS-O-031",
            "サーバー証明書を信頼できません（社内の認証局なら接続情報に ca_file を書いてください）",
            "the server's certificate is not trusted (for a CA of your own, give ca_file in the credentials file)",
        )
    if isinstance(error, ValueError) or name in {
        "ParamValidationError",
        "InvalidRegionError",
        "InvalidProxiesConfigError",
    }:
        return InputError(
            "MRS-I-030",
            "宛先か接続情報の書き方が違います（バケット名、endpoint、region）",
            "the address or the credentials are not well formed (bucket, endpoint, region)",
        )
    return OutsideError("MRS-O-030", f"接続できません（{code or name}）", f"cannot be reached ({code or name})")


def _is_of_network(error: Exception) -> bool:
    return isinstance(error, OSError) or type(error).__module__.startswith(("botocore.", "urllib3."))


def _code(error: Exception) -> str:
    """Return the store's code of an error, `""` when it has none; only what looks like a code is repeated."""
    answer = getattr(error, "response", None)
    code = str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""
    return code if code.isascii() and code.replace(".", "").isalnum() and len(code) <= 60 else "?" if code else ""
