"""A prover that lies: `python -m tests.fuzz.prover [--lies 1000000] [--seed 0] [--out bench/results]`.

It changes proofs, receipts, checkpoints and ledgers that are true, and asks a verifier. Whatever is accepted must be true by
the leaves themselves, which the prover knows. Sizes and roots are taken in pairs, as a signed checkpoint binds them: a path
alone does not prove a size (RFC 9162), so a size is only changed where a signature stands over it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import random
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.common import format_table, read_commit, read_cpu
from tests.conformance.ledger.book import SECOND, STRANGER, Book, format_note, hash_leaf
from tests.fuzz.lied_to import Alone, Product

from morasanu.proof.merkle import hash_children, prove_consistency, prove_inclusion, verify_consistency
from morasanu.proof.note import parse_note
from morasanu.proof.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.fuzz.lied_to import Verifier

SIZE: Final = 300
FORK: Final = 150
SMALL: Final = 12
OUTCOMES: Final = ("refused", "true", "false")


class Tree:
    """A tree whose leaves are known, with the entries they stand for."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        """Hash nothing above the leaves yet."""
        self.entries = entries
        self.leaves = [hash_leaf(entry) for entry in entries]
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._roots: dict[int, bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        if level == 0:
            return self.leaves[index]
        place = level, index
        if place not in self._nodes:
            self._nodes[place] = hash_children(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        return self._nodes[place]

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` leaves, from the definition in RFC 6962."""
        if size not in self._roots:
            self._roots[size] = self._hash(0, size)
        return self._roots[size]

    def _hash(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self.leaves[start]
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        return hash_children(self._hash(start, middle), self._hash(middle, end))


def _cut_text(note: bytes) -> bytes:
    return note.rpartition(b"\n\n")[0]


class Lie(NamedTuple):
    """What became of one change: of which kind it was, whether it was accepted, and whether what was accepted is true."""

    kind: str
    accepted: bool
    true: bool


class Prover:
    """Makes changes to what is true, from one series of random numbers."""

    def __init__(self, verifier: Verifier, seed: int) -> None:
        """Grow two trees that part at `FORK`, a third, and a small ledger whose key changes."""
        self.random = random.Random(seed)
        self.verifier = verifier
        book, other = Book(SIZE), Book(SIZE, origin="other.example")
        fork = [*book.entries[:FORK], *other.entries[FORK - 1 : -1]]
        self.book = book
        self.trees = [Tree(book.entries), Tree(fork), Tree([entry + b" " for entry in other.entries])]
        self.ledger = Book(SMALL, {5: SECOND})
        self.files = self.ledger.write()
        self.outside = self.ledger.seal(3)
        sizes = (1, 2, 3, 8, 100, FORK, 255, 256, 257, SIZE)
        self.heads = {size: book.seal(size) for size in sizes}
        self.texts = {head.partition(b"\n\n")[0] + b"\n" for head in self.heads.values()}
        self.makers: list[Callable[[], Lie]] = [self.lie_about_inclusion] * 10 + [self.lie_about_consistency] * 7
        self.makers += [self.lie_about_receipt, self.lie_about_checkpoint, self.lie_about_ledger]

    def lie(self) -> Lie:
        """Return what became of one change."""
        return self.random.choice(self.makers)()

    def lie_about_inclusion(self) -> Lie:
        """Change an inclusion proof."""
        pick = self.random
        tree, size = pick.choice(self.trees), pick.randint(1, SIZE)
        index = pick.randrange(size)
        leaf, root, path = tree.leaves[index], tree.root(size), prove_inclusion(index, size, tree.node)
        for _ in range(pick.randint(1, 2)):
            match pick.randrange(7):
                case 0:
                    index = pick.choice((index ^ 1, index - 1, index + 1, size, index ^ 1 << pick.randrange(9), -1))
                case 1:
                    leaf = pick.choice((pick.choice(tree.leaves), self.flip(leaf), *path[:1], root, leaf + leaf))
                case 2:
                    other, size = pick.choice(self.trees), pick.randint(1, SIZE)
                    root = other.root(size)
                case 3:
                    root = pick.choice((self.flip(root), leaf, *path[-1:]))
                case 4 if path:  # a node passed off as a leaf
                    pair = (leaf, path[0]) if index % 2 == 0 else (path[0], leaf)
                    leaf, index, path = hash_children(*pair), index >> 1, path[1:]
                case _:
                    path = self.change_path(path)
        accepted = self.verifier.includes(leaf, index, size, path, root)
        true = 0 <= index < size and any(t.root(size) == root and t.leaves[index] == leaf for t in self.trees)
        by_definition = (index, size, root) == (0, 1, leaf)  # nobody signed that root, but it is the one over this leaf
        return Lie("inclusion", accepted, true or by_definition)

    def lie_about_consistency(self) -> Lie:
        """Change a consistency proof; the stand-alone verifier has none, it reads every entry."""
        pick = self.random
        tree = pick.choice(self.trees)
        old, new = sorted((pick.randint(1, SIZE), pick.randint(1, SIZE)))
        first, second, path = tree.root(old), tree.root(new), prove_consistency(old, new, tree.node)
        match pick.randrange(6):
            case 0:
                old = pick.randint(1, SIZE)
                first = pick.choice(self.trees).root(old)
            case 1:
                new = pick.randint(1, SIZE)
                second = pick.choice(self.trees).root(new)
            case 2:
                first, second = pick.choice(((self.flip(first), second), (first, self.flip(second)), (second, first)))
            case 3:
                other = pick.choice(self.trees)
                first, second = other.root(old), pick.choice(self.trees).root(new)
                path = prove_consistency(old, new, other.node)
            case _:
                path = self.change_path(path)
        accepted = verify_consistency(old, first, new, second, path)
        true = old <= new and any(t.root(old) == first and t.root(new) == second for t in self.trees)
        return Lie("consistency", accepted, true)

    def lie_about_receipt(self) -> Lie:
        """Change a receipt, or what it is shown for."""
        pick = self.random
        size = pick.choice(list(self.heads))
        index = pick.randrange(size)
        path = prove_inclusion(index, size, self.trees[0].node)
        head = parse_note(self.heads[size])
        entry = self.trees[0].entries[index]
        match pick.randrange(5):
            case 0:
                entry = pick.choice(
                    (pick.choice(self.trees).entries[index], self.flip(entry), self.trees[0].entries[index - 1])
                )
            case 1:
                index = pick.randrange(size)
            case 2:
                path = self.change_path(path)
            case 3:
                head = parse_note(pick.choice(list(self.heads.values())))
        data = Receipt(index, tuple(path), head).text.encode()
        if pick.randrange(2):
            data = self.change_bytes(data)
        proven = self.verifier.received(data, entry)
        if proven is None:
            return Lie("receipt", accepted=False, true=False)
        place, text = proven
        return Lie("receipt", accepted=True, true=text in self.texts and self.trees[0].entries[place] == entry)

    def lie_about_checkpoint(self) -> Lie:
        """Change a checkpoint, or have others sign it."""
        pick = self.random
        size = pick.choice(list(self.heads))
        data = self.heads[size]
        if pick.randrange(8) == 0:
            text = self.book.write_text(pick.randint(1, SIZE), number=pick.choice(("", "301", "7")))
            data = format_note(text, pick.choice((STRANGER, SECOND)), more=data.decode().rpartition("\n\n")[2])
        text = self.verifier.signed(self.change_bytes(data))
        return Lie("checkpoint", text is not None, text in self.texts)

    def change_ledger(self) -> tuple[dict[str, bytes], bytes]:
        """Return the files of the small ledger with one or two of them changed, and its outside checkpoint."""
        pick = self.random
        files, outside = dict(self.files), self.outside
        for _ in range(pick.randint(1, 2)):
            name = pick.choice([*self.files, "outside"])
            if name == "outside":
                outside = self.change_bytes(outside)
            elif name in files and pick.randrange(10):
                files[name] = self.change_bytes(files[name])
            else:
                files.pop(name, None)
        return files, outside

    def lie_about_ledger(self) -> Lie:
        """Change the files of a ledger: those that prove nothing may change, the entries may not."""
        files, outside = self.change_ledger()
        state, _, _ = self.verifier.judges(files, outside)
        same = all(files.get(name) == data for name, data in self.files.items() if name.startswith("tile/"))
        heads = {
            name: data for name, data in self.files.items() if name == "checkpoint" or name.startswith("key/change/")
        }
        texts = all(_cut_text(files.get(name, b"")) == _cut_text(data) for name, data in heads.items())
        return Lie("ledger", state != "refuted", same and texts and _cut_text(outside) == _cut_text(self.outside))

    def flip(self, data: bytes) -> bytes:
        """Return the data with one bit turned over."""
        if not data:
            return b"\0"
        at = self.random.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << self.random.randrange(8)]) + data[at + 1 :]

    def change_path(self, path: list[bytes]) -> list[bytes]:
        """Return a path that is another one, mostly."""
        pick = self.random
        path = list(path)
        at = pick.randrange(len(path)) if path else 0
        match pick.randrange(9):
            case 0 if path:
                path[at] = self.flip(path[at])
            case 1 if path:
                del path[at]
            case 2 if path:
                path.insert(at, path[at])
            case 3 if path:
                to = pick.randrange(len(path))
                path[at], path[to] = path[to], path[at]
            case 4 if path:
                path[at] = path[at][: pick.randrange(32)] or path[at] * 2
            case 5:
                path.insert(pick.randint(0, len(path)), pick.choice(pick.choice(self.trees).leaves))
            case 6:
                del path[at:]
            case 7:
                size = pick.randint(1, SIZE)
                path = prove_inclusion(pick.randrange(size), size, pick.choice(self.trees).node)
            case _:
                path = [*path, pick.choice((pick.randbytes(32), self.trees[0].root(pick.randint(1, SIZE))))]
        return path

    def change_bytes(self, data: bytes) -> bytes:
        """Return other bytes: bits, a piece taken out or put in, lines doubled, dropped or changed about."""
        pick = self.random
        at = pick.randint(0, len(data))
        to = min(len(data), at + pick.randint(1, 40))
        lines = data.split(b"\n")
        here, there = pick.randrange(len(lines)), pick.randrange(len(lines))
        match pick.randrange(8):
            case 0:
                return data[:at] + data[to:]
            case 1:
                return data[:to] + data[at:]
            case 2:
                return data[:at] + pick.choice((b"\n", b"\0", b" ", b"=", b"0", "—".encode())) + data[at:]
            case 3:
                lines[here], lines[there] = lines[there], lines[here]
            case 4:
                del lines[here]
            case 5:
                lines.insert(here, lines[there])
            case 6:
                return data[:at]
            case _:
                return self.flip(data)
        return b"\n".join(lines)


def count_lies(prover: Prover, lies: int) -> dict[str, Counter[str]]:
    """Return for each kind how many were refused, accepted and true, or accepted and false."""
    counts: dict[str, Counter[str]] = {}
    for _ in range(lies):
        lie = prover.lie()
        outcome = "refused" if not lie.accepted else "true" if lie.true else "false"
        counts.setdefault(lie.kind, Counter())[outcome] += 1
    return counts


def count_disagreements(seed: int, ledgers: int) -> int:
    """Return on how many changed ledgers the two verifiers differ in state, place or fault."""
    prover, product, alone = Prover(Product(), seed), Product(), Alone()
    changed = (prover.change_ledger() for _ in range(ledgers))
    return sum(product.judges(*each) != alone.judges(*each) for each in changed)


def main() -> int:
    """Return 0 when nothing false was accepted and the verifiers agreed, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.prover")
    parser.add_argument(
        "--lies", type=int, default=1_000_000, help="to the product; a hundredth of them to the other one"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the figures into this folder")
    options = parser.parse_args()
    began = time.monotonic()
    rows, few = [], options.lies // 100
    for name, verifier, lies in (("morasanu.proof", Product(), options.lies), ("verify_ledger.py", Alone(), few)):
        counts = count_lies(Prover(verifier, options.seed), lies)
        for kind, count in sorted(counts.items()):
            rows.append([name, kind, *(f"{count[outcome]:,}" for outcome in OUTCOMES)])
    apart = count_disagreements(options.seed, few)
    table = format_table(("verifier", "changed", "refused", "accepted, still true", "accepted, false"), rows)
    print(table)
    print(f"\n{few:,} changed ledgers: the verifiers differ on {apart:,}")
    if options.out:
        today = dt.datetime.now(dt.UTC).date()
        machine = f"- cpu: {read_cpu()}\n- python: {platform.python_version()}\n- commit: {read_commit()}\n"
        report = (
            f"# A prover that lies: {options.lies:,} changes, seed {options.seed}, {time.monotonic() - began:,.0f} s\n\n"
            f"{machine}\n{table}\n\nOn {few:,} changed ledgers the two verifiers differed {apart:,} times in state, place or fault.\n"
        )
        (options.out / f"prover-{today}-{read_commit()}.md").write_text(report, encoding="utf-8")
    return int(bool(apart) or any(row[-1] != "0" for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
