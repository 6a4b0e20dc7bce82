"""Letters of the office on A4: the letter that appoints a person to a role (任命書)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.office.paper.press import print_form
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from datetime import date

_LABELS: Final = {
    "title": Words("任命書", "Letter of Appointment"),
    "number": Words("第 {} 号", "No. {}"),
    "to": Words("殿", ""),
    "body": Words("貴殿を下記のとおり{}に任命する。", "You are hereby appointed {} as stated below."),
    "below": Words("記", ""),
    "unit": Words("所属", "Unit"),
    "role": Words("役割", "Role"),
    "term": Words("任期", "Term"),
    "duties": Words("職務", "Duties"),
    "from": Words("{} から", "from {}"),
    "until": Words("{} まで", "until {}"),
    "open": Words("（終期を定めない）", "(without an end)"),
    "end": Words("以上", ""),
    "seal": Words("印", "Seal"),
    "ledger": Words("台帳番号 {}", "Ledger number {}"),
}


class Issuer(NamedTuple):
    """Who signs: the institution, the post and the name."""

    firm: str
    post: str
    name: str


@dataclass(frozen=True, slots=True)
class AppointmentLetter:
    """What a letter of appointment says. Days that are read are texts (an era or a western date); `made_on` is the file's own date.

    `ledger_number` is the number of the record in the evidence ledger as it is to be read, `None` while it is not sealed.
    """

    number: str
    person_name: str
    person_kana: str
    unit_name: str
    role: Words
    starts_on: str
    ends_on: str | None
    duties: tuple[Words, ...]
    issuer: Issuer
    issued_on: str
    made_on: date
    ledger_number: str | None = None


def write_letter(letter: AppointmentLetter, language: str = "ja") -> bytes:
    """Return the PDF of the letter in `language` (`"ja"` or `"en"`), the same bytes for the same letter and fonts.

    Raises OutsideError MRS-O-060 (Typst or font missing), MRS-O-061 (a character that no font draws: a letter never goes out with a
    hole in a name), MRS-O-062 (could not be set).
    """
    say = {name: words.of(language) for name, words in _LABELS.items()}
    role = letter.role.of(language)
    ends = say["until"].format(letter.ends_on) if letter.ends_on else say["open"]
    content = {
        "language": "ja" if language == "ja" else "en",
        "title": say["title"],
        "number": say["number"].format(letter.number),
        "name": letter.person_name,
        "kana": letter.person_kana,
        "to": say["to"],
        "unit": letter.unit_name,
        "body": say["body"].format(role),
        "below": say["below"],
        "facts": [
            [say["unit"], letter.unit_name],
            [say["role"], role],
            [say["term"], f"{say['from'].format(letter.starts_on)}　{ends}"],
        ],
        "duties_label": say["duties"],
        "duties": [duty.of(language) for duty in letter.duties],
        "end": say["end"],
        "issued": letter.issued_on,
        "issuer": letter.issuer._asdict(),
        "seal": say["seal"],
        "ledger": say["ledger"].format(letter.ledger_number) if letter.ledger_number else None,
    }
    return print_form("letter.typ", content, letter.made_on, may_lack=False)
