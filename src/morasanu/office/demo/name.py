"""Names for invented people: common surnames and given names with their readings, put together from a seed."""

from __future__ import annotations

import random
from typing import Final, NamedTuple


class Name(NamedTuple):
    """A name in characters and in katakana."""

    text: str
    kana: str


def _read(pairs: str) -> tuple[Name, ...]:
    words = pairs.split()
    return tuple(Name(*each) for each in zip(words[::2], words[1::2], strict=True))


SURNAMES: Final = _read("""
佐藤 サトウ 鈴木 スズキ 高橋 タカハシ 田中 タナカ 伊藤 イトウ 渡辺 ワタナベ 山本 ヤマモト 中村 ナカムラ 小林 コバヤシ 加藤 カトウ
吉田 ヨシダ 山田 ヤマダ 佐々木 ササキ 山口 ヤマグチ 松本 マツモト 井上 イノウエ 木村 キムラ 林 ハヤシ 斎藤 サイトウ 清水 シミズ
山崎 ヤマザキ 森 モリ 池田 イケダ 橋本 ハシモト 阿部 アベ 石川 イシカワ 山下 ヤマシタ 中島 ナカジマ 石井 イシイ 小川 オガワ
前田 マエダ 岡田 オカダ 長谷川 ハセガワ 藤田 フジタ 後藤 ゴトウ 近藤 コンドウ 村上 ムラカミ 遠藤 エンドウ 青木 アオキ 坂本 サカモト
福田 フクダ 太田 オオタ 西村 ニシムラ 藤井 フジイ 金子 カネコ 岡本 オカモト 藤原 フジワラ 中野 ナカノ 三浦 ミウラ 原田 ハラダ
松田 マツダ 竹内 タケウチ 小野 オノ 田村 タムラ 中山 ナカヤマ 和田 ワダ 石田 イシダ 森田 モリタ 上田 ウエダ 原 ハラ
内田 ウチダ 柴田 シバタ 酒井 サカイ 宮崎 ミヤザキ 横山 ヨコヤマ 高木 タカギ 安藤 アンドウ 宮本 ミヤモト 大野 オオノ 小島 コジマ
谷口 タニグチ 今井 イマイ 工藤 クドウ 高田 タカダ 増田 マスダ 丸山 マルヤマ 杉山 スギヤマ 村田 ムラタ 大塚 オオツカ 新井 アライ
小山 コヤマ 平野 ヒラノ 河野 コウノ 野口 ノグチ 武田 タケダ 松井 マツイ 千葉 チバ 菅原 スガワラ 岩崎 イワサキ 木下 キノシタ
佐野 サノ 野村 ノムラ 松尾 マツオ 菊地 キクチ 杉本 スギモト 市川 イチカワ 古川 フルカワ 大西 オオニシ 島田 シマダ 水野 ミズノ
桜井 サクライ 高野 タカノ 渡部 ワタベ 吉川 ヨシカワ 山内 ヤマウチ 西田 ニシダ 飯田 イイダ 菊池 キクチ 西川 ニシカワ 小松 コマツ
北村 キタムラ 安田 ヤスダ 五十嵐 イガラシ 川口 カワグチ 平田 ヒラタ 関 セキ 中田 ナカタ 久保 クボ 服部 ハットリ 東 ヒガシ
岩田 イワタ 土屋 ツチヤ 川崎 カワサキ 福島 フクシマ 本田 ホンダ 辻 ツジ 樋口 ヒグチ 秋山 アキヤマ 田口 タグチ 永井 ナガイ
""")
MEN: Final = _read("""
健太 ケンタ 大輝 ダイキ 翔太 ショウタ 直樹 ナオキ 拓也 タクヤ 和也 カズヤ 誠 マコト 浩 ヒロシ 隆 タカシ 哲也 テツヤ
学 マナブ 豊 ユタカ 修 オサム 亮 リョウ 徹 トオル 智之 トモユキ 康平 コウヘイ 雄大 ユウダイ 祐樹 ユウキ 達也 タツヤ
正人 マサト 博之 ヒロユキ 秀樹 ヒデキ 俊介 シュンスケ 恭平 キョウヘイ 良太 リョウタ 慎吾 シンゴ 剛 ツヨシ 潤 ジュン 圭 ケイ
陽平 ヨウヘイ 光 ヒカル 駿 シュン 蒼 アオイ 航 ワタル 悟 サトル 茂 シゲル 勝 マサル 清 キヨシ 進 ススム
""")
WOMEN: Final = _read("""
美咲 ミサキ 陽子 ヨウコ 由美 ユミ 恵 メグミ 明日香 アスカ 千尋 チヒロ 彩 アヤ 愛 アイ 舞 マイ 香織 カオリ
直美 ナオミ 久美子 クミコ 裕子 ユウコ 真理子 マリコ 智子 トモコ 典子 ノリコ 幸子 サチコ 和子 カズコ 麻衣 マイ 友美 トモミ
沙織 サオリ 奈々 ナナ 未来 ミク 葵 アオイ 結衣 ユイ 桃子 モモコ 遥 ハルカ 楓 カエデ 琴音 コトネ 詩織 シオリ
春菜 ハルナ 瞳 ヒトミ 亜美 アミ 里奈 リナ 早紀 サキ 理恵 リエ 文 フミ 静 シズカ 節子 セツコ 京子 キョウコ
""")


def make_names(seed: str, count: int) -> list[Name]:
    """Return `count` names, the same for the same seed, none of them twice, about half of them of women.

    Raises ValueError for more than there are.

    >>> make_names("x", 3) == make_names("x", 3), len({name.text for name in make_names("x", 500)})
    (True, 500)
    """
    pool = {
        (family, given): Name(f"{family.text} {given.text}", f"{family.kana} {given.kana}")
        for family in SURNAMES
        for given in (*MEN, *WOMEN)
    }
    return random.Random(seed).sample(list({name.text: name for name in pool.values()}.values()), count)  # noqa: S311 - nothing secret
