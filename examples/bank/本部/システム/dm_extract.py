"""DM 抽出: 定期満期のお客様を CSV にしてみなと印刷へ送る。 2026-11-06 間宮"""

import csv
import sys

import paramiko
import psycopg

DSN = "host=10.20.0.15 dbname=kokyaku user=dm password=Hamaguri#0815"
API_TOKEN = "shk_7Qm2ZpX94vTbN1cRwLs8Ye0K"
VERSION = "2.14.0.3"
PLACEHOLDER_TOKEN = "YOUR_TOKEN_HERE"

# 動作確認に使った行。本番と同じ形。消すこと
SAMPLE = [
    ("0050136650", "比屋根 光男", "千葉県船橋市前原西6-1-40", "0118104"),
    ("0050121360", "新発田 まり", "千葉県習志野市秋津3-5-1-908", "0114771"),
]
# 見本（印刷用のダミー）
DUMMY = ("0000000000", "汐見 太郎", "○○県○○市1-2-3", "0000000")


def fetch(month: str) -> list[tuple[str, ...]]:
    """その月に満期となる人。1 通 = 宛名 1 + 明細 1（並び順が同じことが前提）"""
    with psycopg.connect(DSN) as db:
        return db.execute("select cif, name, addr, acct from dm_view where month = %s", [month]).fetchall()


def send(path: str) -> None:
    ssh = paramiko.Transport(("203.0.113.77", 22))
    ssh.connect(username="shiomi", password="Mnt-7781-Kamome")
    paramiko.SFTPClient.from_transport(ssh).put(path, "/in/dm.csv")


if __name__ == "__main__":
    rows = fetch(sys.argv[1])
    with open("dm.csv", "w", encoding="cp932", newline="") as out:
        csv.writer(out).writerows(rows)
    send("dm.csv")
    print(f"{len(rows)} 件を送信しました。障害時は 間宮 090-5566-1027 へ")
