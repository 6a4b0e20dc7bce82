"""Write the shares of the fictitious 汐見信用金庫: `python examples/build.py [OUT]` (default: `examples/bank`)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shiomi.share import read_manifest, write_shares

_HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write every document of the manifest below OUT; files that are not in the manifest are left alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=_HERE / "bank")
    out: Path = parser.parse_args().out
    documents = read_manifest(_HERE / "manifest.toml")
    write_shares(documents, _HERE / "source", out)
    sys.stdout.write(f"{len(documents)} documents / {len(documents)} 件 -> {out}\n")


if __name__ == "__main__":
    main()
