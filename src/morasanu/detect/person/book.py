"""What makes a string a name: the dictionaries asked in the ways that name rules need."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from morasanu.detect.lexicon import fold_romaji, hiragana_to_katakana
from morasanu.text.era import ERAS
from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from morasanu.detect.lexicon import Lexicon

_KANA_STOP = frozenset(
    (
        "スタッフ オーナー ユーザー ユーザ メーカー ドライバー マネージャー リーダー メンバー パート アルバイト "
        "オペレーター オペレータ カード センター コード データ システム サービス フリガナ カナ メール パスワード "
        "ログイン ネット ローン リース ビル マンション クレジット アプリ ゲスト テスト サンプル ベンダー パートナー "
        "カスタマー クレーマー エンジニア デスク チーム グループ ディーラー アナウンス コメント バッチ ジョブ "
        "サーバ サーバー ファイル フォルダ モニター ルール オ客 オキャク ミナ オカア オトウ オニイ オネエ ヘルパー "
        "ケアマネ ケアマネジャー ガイド タイプ ポイント テナント キャスト アテンド トップ ハン ジュニア シニア"
    ).split()
)
# Kanji that end common nouns and hardly ever a surname or a given name.
_NO_LAST = frozenset(
    "者号書表票額数率権法性料費金的化時分中済要否無有症病炎癌腫又及並若仕件向等品課部係室店行庫会社局所員証印紙状類型式別用計先元末頃的上下内外前後間毎"
)
# Among them those that do end surnames (財前, 服部), where an honorific or a label says that a name stands.
_SOMETIMES_LAST = frozenset("部上下内外前中間方会")
# Kanji that end words for people: 職人さん, 不動産屋さん.
_ROLE_LAST = frozenset("人師屋者友主客婦方")
# Given names of one kanji that forms and tables use as words.
_NO_GIVEN = frozenset(
    "有無可否済計円名男女他等様方上下中外内新旧元前後左右東西南北本支表裏大小高低金月日年人数者係長店部課番号区町村市県光普当定貯積副"
)
_ERA_NAMES = tuple(era.name for era in ERAS)
_COMMON = 5
_NUMERALS = frozenset("一二三四五六七八九十百千万年月日円第各同")
_DIRECTIONS = frozenset("東西南北中")
_PLACE_LAST = frozenset("町村市区系線台橋川山島駅店館園通式流")
_HIRA_STOP = frozenset(
    (
        "おきゃく おかあ おとう おにい おねえ おじい おばあ おじ おば みな みなさん だれ かた おこ おく おや おかみ "
        "さん たく たくさん おまわり ほん かみ おおや むすこ むすめ すい"
    ).split()
)
_BETWEEN_HALVES = re.compile("[ ・,]+")

_FUNCTION_WORDS = (
    "これ",
    "それ",
    "あれ",
    "どれ",
    "この",
    "その",
    "あの",
    "どの",
    "こと",
    "もの",
    "とき",
    "ため",
    "なお",
    "また",
    "ただ",
    "など",
    "くなら",
    "こども",
    "はい",
    "いいえ",
    "すみ",
    "ええ",
    "そう",
    "どう",
    "わか",
    "おね",
    "あり",
    "きま",
    "では",
    "じゃ",
    "もし",
    "よろ",
    "おせ",
)


class NameBook:
    """Answers whether strings are names; all strings are folded."""

    def __init__(self, lexicon: Lexicon, stop: Iterable[str], prefixes: Iterable[str]) -> None:
        """Keep the dictionaries; `stop` are words that are no names, `prefixes` words that stand glued before names."""
        self._lexicon = lexicon
        prefixes = tuple(prefixes)
        self.stop = frozenset(fold(word).text for word in (*stop, *(word for word in prefixes if len(word) > 1)))
        glue = {
            *(fold(word).text for word in prefixes),
            "故",
            "亡",
            "寮長",
            "会員",
            "元",
            "被相続人",
            "相続人",
            "申込人",
            "氏名",
            "主",
            "弊行",
            "当行",
            "弊社",
            "当店",
        }
        self._prefix = re.compile(
            "|".join(
                map(
                    re.escape,
                    sorted((w for w in glue if len(w) > 1 or w in "故亡妻夫父母兄弟姉妹"), key=len, reverse=True),
                )
            )
        )
        # documents repeat their words
        self.split = lru_cache(maxsize=8192)(self._split)
        self.cut_prefix = lru_cache(maxsize=8192)(self._cut_prefix)
        self.halves = lru_cache(maxsize=8192)(self._halves)
        self.is_plausible = lru_cache(maxsize=8192)(self._is_plausible)
        self.is_kana_pair = lru_cache(maxsize=8192)(self._is_kana_pair)
        self.measure_tail = lru_cache(maxsize=8192)(self._measure_tail)
        self.measure_surname = lru_cache(maxsize=8192)(self._measure_surname)
        self.is_common = lru_cache(maxsize=8192)(self._is_common)
        self.is_city = lru_cache(maxsize=8192)(self._is_city)
        self._unit = re.compile(
            r".*(?:支店|本店|部|課|係|室|銀行|信金|センター|商店|工業|事務所|会社|病院|出張所|営業所|組合|法人|製作所|団体|学校|担当)(?![長員内外])(?=.)"
        )

    def is_surname(self, word: str) -> bool:
        """Return whether `word` is a surname of the dictionary."""
        return word in self._lexicon.surname

    def _is_common(self, word: str) -> bool:
        """Return whether `word` is a surname that thousands bear and nothing else."""
        people = self._lexicon.surname.get(word, 0)
        if not people or self.is_noun(word) or f"{word}市" in self._lexicon.city or self.is_prefecture(word):
            return False
        return people >= _COMMON or not (word in self._lexicon.town or self.is_city(word))

    def is_given(self, word: str, *, sure: bool = False) -> bool:
        """Return whether `word` is, or (unless `sure`) is written like, a given name."""
        lexicon = self._lexicon
        if word in lexicon.given:
            return word not in self.stop or not sure
        if not word:
            return False
        if word[0] < "一" and len(word) > 1 and word[-1] in "子江美代枝恵香奈乃世野":
            return True
        if word[0] < "一":
            katakana = hiragana_to_katakana(word)
            return katakana in lexicon.given_kana
        return (
            not sure
            and len(word) <= 3
            and word not in self.stop
            and all(c in lexicon.inner or "ぁ" <= c <= "ん" or c == "々" for c in word)
        )

    def is_surname_like(self, word: str) -> bool:
        """Return whether `word` is put together like surnames are, or is a town's name of two to four characters."""
        lexicon = self._lexicon
        if word in lexicon.surname:
            return True
        if not 2 <= len(word) <= 4:
            return False
        if word[-1] in _NO_LAST and word[-1] not in _SOMETIMES_LAST:
            return False
        return (word[0] in lexicon.first and word[-1] in lexicon.last) or word in lexicon.town

    def is_single(self, word: str) -> bool:
        """Return whether `word` is a surname of one kanji; most of them are words too."""
        return word in self._lexicon.single

    def is_noun(self, word: str) -> bool:
        """Return whether `word` is a word of everyday language or a stop word."""
        return word in self._lexicon.noun or word in self.stop

    def is_foreign(self, word: str) -> bool:
        """Return whether the katakana `word` is a foreign name."""
        return word in self._lexicon.foreign

    def is_place(self, word: str) -> bool:
        """Return whether `word` is the name of a town or of a city without its 市."""
        return word in self._lexicon.town or self.is_city(word)

    def is_unknown(self, word: str) -> bool:
        """Return whether a kanji word of two to four may be a surname because nothing says that it is anything else."""
        return 2 <= len(word) <= 4 and self.is_plausible(word) and not any(c in _NUMERALS for c in word)

    def _is_city(self, word: str) -> bool:
        """Return whether `word` is a municipality's or prefecture's name without its 市, 区, 町, 村 or 県."""
        lexicon = self._lexicon
        return any(f"{word}{kind}" in lexicon.city for kind in "市区町村") or self.is_prefecture(word)

    def is_prefecture(self, word: str) -> bool:
        """Return whether `word` is a prefecture's name without its 都, 府 or 県."""
        return any(f"{word}{kind}" in self._lexicon.prefecture for kind in "都府県")

    def _is_plausible(self, word: str, *, honoured: bool = False) -> bool:
        """Return whether a kanji word after a strong label (or, `honoured`, before an honorific) may be a name.

        No stop word is in it, and it does not end as common nouns do.
        """
        return (
            word not in self.stop
            and (word not in self._lexicon.noun or (honoured and word[-1] not in _ROLE_LAST))
            and (word[-1] not in _NO_LAST or (honoured and word[-1] in _SOMETIMES_LAST))
            and not any(word[:size] in self.stop or word[-size:] in self.stop for size in range(2, len(word)))
            and word not in self._lexicon.city
            and not self._is_compound(word)
        )

    def _is_compound(self, word: str) -> bool:
        """Return whether `word` is put together from two words of everyday language: 業界団体, 人間ドック."""
        noun = self._lexicon.noun
        return any(word[:size] in noun and word[size:] in noun for size in range(2, len(word) - 1))

    def is_full(self, first: str, second: str, *, strong: bool) -> bool:
        """Return whether `first` and `second` with a space between are surname and given name."""
        lexicon = self._lexicon
        surname = first in lexicon.surname or (strong and first in lexicon.single)
        if first + second in self.stop or first == "方":  # 金　利 in a form
            return False
        if second in lexicon.surname and self.is_city(first):  # 浜松　鈴木
            return False
        # 王, 誠 and 光 are words too, but not side by side after 氏名
        short = strong and len(first) == 1 and surname
        if first in self.stop and not short:
            return False
        # so are 大和 and 三男, which a surname makes names
        known = first in lexicon.surname and second in lexicon.given and not self.is_city(first)
        if second in self.stop and not (strong and (len(second) == 1 or known)):
            return False
        given = second in lexicon.given if strong else self.is_given(second, sure=True)
        if surname and (given or strong or self.is_given(second)):
            return True
        if strong and given:
            return 2 <= len(first) <= 4 and self.is_plausible(first, honoured=True)
        if given and len(second) == 1 and second not in _NO_GIVEN and self.is_unknown(first):  # 諸見里 晃
            return self.is_surname_like(first) and not self.is_city(first)
        return (
            given
            and len(second) >= 2
            and (self.is_surname_like(first) or (2 <= len(first) <= 5 and self.is_plausible(first)))
        )

    def _split(self, run: str) -> int:
        """Return how many characters of the kanji `run` are the surname when the rest is a given name, 0 when it is no name."""
        lexicon = self._lexicon
        if not 3 <= len(run) <= 6 or run in self.stop or run.startswith(_ERA_NAMES):
            return 0
        for length in (2, 3, 1):
            surname, given = run[:length], run[length:]
            if surname in self.stop and length > 1:
                continue
            if surname in lexicon.surname and given in lexicon.given and given not in self.stop and len(given) <= 3:
                if len(given) == 1 and (length == 1 or given in _PLACE_LAST):
                    continue
                if len(given) == 1 and lexicon.surname[surname] < 5:  # a rare surname and one kanji: too little
                    continue
                return length
        return 0

    def _cut_prefix(self, run: str) -> int:
        """Return how many characters of `run` stand glued before the name (a unit, a title, a kinship)."""
        if run in self._lexicon.surname:
            return 0
        if len(run) < 3:
            return 1 if len(run) == 2 and run[0] in "夫妻父母兄弟姉妹故亡" and run[1] in self._lexicon.given else 0
        unit = self._unit.match(run)
        cut = unit.end() if unit else 0
        prefix = self._prefix.match(run, cut)
        if prefix and prefix.end() < len(run):
            cut = prefix.end()
        return cut if self.split(run) == 0 or cut else 0

    def _measure_tail(self, run: str) -> int:
        """Return how many characters of `run` are the full name at its end, 0 when there is none of three or more."""
        tail = run[self.cut_prefix(run) :]
        return len(tail) if len(tail) >= 3 and self.split(tail) else 0

    def _measure_surname(self, run: str) -> int:
        """Return how many characters of `run` are a surname glued to a unit or title before it: 監査部神庭, 支店長税所."""
        cut = self.cut_prefix(run)
        tail = run[cut:]
        return len(tail) if cut > 1 and len(tail) > 1 and self.is_surname(tail) and not self.is_noun(tail) else 0

    def cut_name(self, run: str, *, strong: bool, honorific: bool) -> int | None:
        """Return where in the kanji `run` (which ends right before an honorific or title) the name begins, None for no name."""
        if run in self.stop:
            return 0 if strong and run in _DIRECTIONS else None
        lexicon = self._lexicon
        if run in lexicon.surname or self.split(run):
            return 0
        cut = self.cut_prefix(run)
        rest = run[cut:]
        if not rest or rest in self.stop:
            return None
        if rest in lexicon.surname or self.split(rest):
            return cut
        for length in (3, 2):
            tail = run[-length:]
            if (
                len(run) > length + 1
                and tail in lexicon.surname
                and tail not in self.stop
                and run[:-length] in self.stop
            ):
                return len(run) - length
        if strong and len(rest) <= 4 and self.is_plausible(rest, honoured=True):
            return cut if len(rest) > 1 or rest in lexicon.given or honorific else None
        if not honorific and cut == 0 and self.is_unknown(rest) and not self.is_place(rest):
            return cut  # 鹿討課長
        if not honorific and 2 <= len(rest) <= 3 and self.is_surname_like(rest) and self.is_plausible(rest):
            return cut
        return None

    def cut_hiragana(self, before: str, run: str) -> int | None:
        """Return where in the hiragana `run` (which ends before an honorific) the reading of a surname or given name begins.

        `before` is the character before the run. Particles may stand before the name: のたかださん.
        """
        for start in range(len(run) - 1):
            word = run[start:]
            free = run[start - 1] in "のはがをにともなでやねーた" if start else not "ぁ" <= before <= "ん"
            if free and (len(word) > 2 or not start) and self.is_kana_name(word, loose=False):
                return start
        return None

    def is_kana_surname(self, word: str) -> bool:
        """Return whether the kana `word` is the reading of a surname."""
        return (
            hiragana_to_katakana(word) in self._lexicon.surname_kana
            and word not in _KANA_STOP
            and word not in _HIRA_STOP
        )

    def is_kana_name(self, word: str, *, loose: bool) -> bool:
        """Return whether the kana `word` is a reading of a name; with `loose`, any katakana word that is no common one."""
        if word in _KANA_STOP or word in _HIRA_STOP or word in self._lexicon.noun or word.startswith(_FUNCTION_WORDS):
            return False
        katakana = hiragana_to_katakana(word)
        return loose or katakana in self._lexicon.surname_kana or katakana in self._lexicon.given_kana

    def is_kana_given(self, word: str) -> bool:
        """Return whether the kana `word` is the reading of a given name or a foreign name; a kanji may end it: ふみ江."""
        if len(word) < 2 or word in _KANA_STOP or word in _HIRA_STOP or word.startswith(_FUNCTION_WORDS):
            return False
        if word[-1] in "子江美代枝恵香":
            return True
        katakana = hiragana_to_katakana(word)
        return katakana in self._lexicon.given_kana or word in self._lexicon.foreign

    def _is_kana_pair(self, first: str, second: str) -> bool:
        """Return whether two kana words are the readings of a surname and a given name."""
        first, second = hiragana_to_katakana(first), hiragana_to_katakana(re.split("[ ・]", second)[0])
        lexicon = self._lexicon
        return first in lexicon.surname_kana and second in lexicon.given_kana

    def is_romaji(self, words: Sequence[str]) -> bool:
        """Return whether Latin-letter `words` hold a Japanese surname and a given name, in either order."""
        folded = [fold_romaji(word) for word in words]
        if not 2 <= len(folded) <= 3 or any(len(word) < 2 for word in folded):
            return False
        lexicon = self._lexicon
        first, second = folded[0], folded[-1]
        return (first in lexicon.surname_romaji and second in lexicon.given_romaji) or (
            first in lexicon.given_romaji and second in lexicon.surname_romaji
        )

    def is_latin_half(self, word: str) -> bool:
        """Return whether one Latin-letter word is a Japanese surname or given name."""
        folded = fold_romaji(word)
        return len(folded) > 1 and (folded in self._lexicon.surname_romaji or folded in self._lexicon.given_romaji)

    def _halves(self, value: str) -> tuple[str, str]:
        """Return surname and given name of a found name, `""` for a half that is not there."""
        parts = [part for part in _BETWEEN_HALVES.split(value) if part]
        if len(parts) >= 2:
            return parts[0], parts[-1]
        length = self.split(value)
        return (value[:length], value[length:]) if length else (value if len(value) <= 4 else "", "")
