"""What `--limit` may set: how far files are looked into, each with what it means. The defaults stand where they are used."""

from __future__ import annotations

from typing import Final

LIMITS: Final = {
    "members": ("一つのファイルの中で開くファイルの数（入れ子も数える）", "files opened inside one file, nested ones counted"),
    "depth": ("入れ子の深さ", "how deep files lie in files"),
    "ratio": ("圧縮の倍率（1 MB を超えるもの）", "times its packed size that a member of more than 1 MB may have"),
    "member_bytes": ("中のファイル一つの大きさ", "size of one file inside"),
    "total_bytes": ("一つのファイルから出てくる量の合計", "everything that comes out of one file"),
    "pictures": ("一つのファイルで文字認識する画像とページの数", "pictures and pages of one file that are recognised"),
    "memory_bytes": ("子プロセスのメモリ", "memory of the child"),
    "cpu_s": (
        "何も出てこないファイルにかける CPU 秒（大きさ、試すパスワード、出てきた文字に応じて延びる）",
        "processor seconds for a file that gives nothing (more for its size, passwords to try, text that comes out)",
    ),
    "wall_s": ("同じく、待つ秒数", "the same, seconds waited"),
    "ocr_s": ("画像一枚の文字認識の秒数", "seconds to recognise one picture"),
    "ocr_file_s": (
        "一つのファイルの文字認識の秒数の合計（ほかに何もしていないとき）",
        "seconds to recognise all pictures of one file (when nothing else runs)",
    ),
    "spool_bytes": (
        "メールサーバーや保管庫から取り寄せる一つの大きさ（scan だけ）",
        "size of one thing fetched from a mail server or store (scan only)",
    ),
}  # fmt: skip
"""By name what it means, in Japanese and English."""
