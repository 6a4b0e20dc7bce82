"""What the ledger keeps of a change, in words: the kinds of changes."""

from __future__ import annotations

from typing import Final

from morasanu.rules.load import Words

KINDS: Final = {
    "finding.action.added": Words("対応を決めた", "action decided"),
    "finding.action.done": Words("対応を終えた", "action done"),
    "finding.action.saved": Words("対応を直した", "action changed"),
    "finding.begun": Words("指摘への対応を始めた", "finding taken up"),
    "finding.closed.accepted": Words("差異を除外した", "difference accepted"),
    "finding.closed.done": Words("指摘を完了にした", "finding closed"),
    "finding.closed.gone": Words("解消を確かめ、指摘を閉じた", "finding gone and closed"),
    "finding.opened": Words("指摘を開いた", "finding opened"),
    "finding.seen": Words("指摘をまた見た", "finding seen again"),
    "party.party.imported": Words("相手先を取り込んだ", "party imported"),
    "party.party.saved": Words("相手先を保存した", "party saved"),
    "people.account.opened": Words("サインインできるようにした", "account made"),
    "people.account.password_changed": Words("パスワードを変えた", "password changed"),
    "people.account.recovery_codes_generated": Words("回復用コードをつくり直した", "recovery codes made"),
    "people.account.totp_activated": Words("認証アプリを設定した", "authenticator app set up"),
    "people.account.totp_deactivated": Words("認証アプリをやめた", "authenticator app given up"),
    "people.account.webauthn_added": Words("パスキーを加えた", "passkey added"),
    "people.account.webauthn_removed": Words("パスキーを外した", "passkey removed"),
    "people.appointed": Words("任命した", "appointed"),
    "people.appointment.ended": Words("任を解いた", "appointment ended"),
    "people.person.imported": Words("役職員を取り込んだ", "person imported"),
    "people.person.saved": Words("役職員を保存した", "person saved"),
    "people.unit.saved": Words("組織を保存した", "unit saved"),
    "reality.plan.saved": Words("走査の予定を決めた", "scans planned"),
    "reality.run.asked": Words("走査を頼んだ", "scan asked for"),
    "reality.run.began": Words("走査を始めた", "scan begun"),
    "reality.run.done": Words("走査を終えた", "scan done"),
    "reality.run.ended": Words("走査を終えた", "scan done"),
    "reality.run.failed": Words("走査が失敗した", "scan failed"),
    "register.flow.added": Words("流れを加えた", "flow added"),
    "register.flow.dropped": Words("流れを外した", "flow removed"),
    "register.holding.checked": Words("台帳を点検した", "holding checked"),
    "register.holding.closed": Words("台帳を廃止した", "holding closed"),
    "register.holding.imported": Words("台帳を取り込んだ", "holding imported"),
    "register.holding.saved": Words("台帳を保存した", "holding saved"),
    "register.location.saved": Words("保管場所を保存した", "location saved"),
    "register.stocktake.answered": Words("棚卸に答えた", "stocktake answered"),
    "register.stocktake.asked": Words("棚卸を頼んだ", "stocktake asked for"),
    "register.stocktake.opened": Words("棚卸を始めた", "stocktake begun"),
    "register.stocktake.signed": Words("棚卸に署名した", "stocktake signed"),
    "register.storage.added": Words("台帳に場所を加えた", "place added to a holding"),
    "register.storage.dropped": Words("台帳から場所を外した", "place removed from a holding"),
    "register.storage.imported": Words("台帳の場所を取り込んだ", "place imported"),
    "requirement.control.adopted": Words("管理策を採用した", "control adopted"),
    "requirement.control.saved": Words("管理策を保存した", "control saved"),
    "requirement.coverage.saved": Words("規程と段階を書いた", "rule and stage written"),
    "requirement.evidence.added": Words("証拠を加えた", "evidence added"),
    "requirement.evidence.read": Words("機械が測った", "read by the machine"),
    "requirement.excluded": Words("該当なしにした", "requirement excluded"),
    "requirement.included": Words("該当なしを取り消した", "requirement included again"),
}
"""By the kind of the leaf. A room that seals a kind of its own says here what it is."""


def name_kind(kind: str) -> Words:
    """Return what a kind of change is called; one that is not known here is shown as it is.

    >>> name_kind("people.appointed").ja
    '任命した'
    """
    return KINDS.get(kind, Words(kind, kind))
