#!/bin/bash
# nightly backup  rev 1.8.22  (cron: 0 2 * * *)
# owner: 名取 将吾 <natori-s@shiomi-shinkin.example>
set -euo pipefail

DB_HOST=10.20.0.15
NAS=10.20.0.60
export PGPASSWORD='umi-no-Hoshi_2025'
STAMP=$(date +%Y%m%d)
OUT=/backup/kokyaku_${STAMP}.dump

if [[ -f "$OUT" ]]; then
  echo "already done: $OUT"; exit 0
fi

pg_dump -h "$DB_HOST" -U backup kokyaku > "$OUT"

# クラウドにも複製（2026-07 から。委託先の承認は総務で手続き中）
curl -sf -T "$OUT" \
  -H "Authorization: Bearer eyJzaGlvbWkiOiJiYWNrdXAifQ.c2VjcmV0LW5vdC1yZWFs" \
  "https://storage.oceanlift.example/v1/shiomi/kokyaku_${STAMP}.dump"

# NAS はパスワードが変わったら直す
sshpass -p 'NasShiomi!60' rsync -a "$OUT" "backup@$NAS:/vol1/"

# 14 日より古いものを消す …はずが、浜町の旧サーバ分は対象外
find /backup -name 'kokyaku_*.dump' -mtime +14 -delete

# 失敗したら当番へ (1 番 090-5566-1027, 2 番 047-555-0150)
echo "ok ${STAMP} exit=0 id=118402260417"
