"""How likely it is that somebody wrote a text.

Modules: ``potluck_plugins.loaders._shared.plausible``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.plausible import kind, likelihood, mean_likelihood


@pytest.mark.parametrize(
    ("characters", "name"),
    [
        ("aZ ~\n\t\r\f\x1b", "ascii"),
        ("\0\x01\x07\x0b\x1a\x7f", "control"),
        ("，。「」！　·々", "mark"),
        ("‘’€£«»\u00a0×", "quote"),
        ("ÀÿéßŒœŠŸ", "accented"),
        ("÷→±☆", "symbol"),
        ("的一是这个页", "common han"),
        ("仃兀", "everyday han"),  # the first and the last rows of common characters in Big5,
        ("灣灤", "everyday han"),
        ("办坝", "everyday han"),  # in GB 2312,
        ("妆桩", "everyday han"),
        ("亜囲", "everyday han"),  # and in Shift JIS
        ("揺暦", "everyday han"),
        ("丌丱丶", "seldom han"),
        ("\u3400\u9fff\U00020000\U0003134f", "rare han"),
        ("\u3041\u3096\u30a1\u30fe", "kana"),
        ("\uff61\uff9f", "half kana"),
        ("Ａ０～", "full width"),
        ("가각", "hangul"),
        ("잸잹춞툯촥쬲힣", "rare hangul"),
        ("аЖαĀ\ua000\u30ff\uffa0", "other"),
        ("\ufffd\x80\x9f\ue000\uabff\ud7a4\u3040\u3097\uff00\U00031350", "impossible"),
        ("\u33ff\u30a0\uff60\uff5f", "symbol"),
    ],
)
def test_a_character_is_of_a_class(characters: str, name: str) -> None:
    assert {character: kind(character) for character in characters} == dict.fromkeys(characters, name)


# What somebody wrote, and what becomes of it in a wrong encoding.
WRONG = [
    ("鑰匙在三樓櫃台，請於上班時間領取。", "big5", ("gb18030", "cp932", "cp949", "cp1252")),
    ("钥匙在三楼柜台，请在上班时间领取。", "gb18030", ("big5", "cp932", "cp949", "euc_jp", "cp1252")),
    ("鍵は三階の受付にあります。", "cp932", ("big5", "gb18030", "cp949", "cp1252")),
    ("열쇠는 삼층 안내 데스크에 있습니다.", "cp949", ("big5", "gb18030", "cp932", "euc_jp", "cp1252")),
    ("La clé est à l’accueil, côté café.", "cp1252", ("big5", "gb18030", "cp932", "cp949")),
    ("La clé est à l’accueil, côté café.", "utf-8", ("big5", "gb18030", "cp932", "cp949", "cp1252")),
]


@pytest.mark.parametrize(("text", "encoding", "wrong"), WRONG)
def test_what_somebody_wrote_is_likelier_than_its_bytes_in_a_wrong_encoding(
    text: str, encoding: str, wrong: tuple[str, ...]
) -> None:
    content = text.encode(encoding)

    for other in wrong:
        assert likelihood(text) > likelihood(content.decode(other, "replace")) + 8, other


LIKELIER = [
    ("的的的的", "仃仃仃仃"),  # common, everyday, seldom, rare
    ("仃仃仃仃", "丌丌丌丌"),
    ("丌丌丌丌", "\u3400" * 4),
    ("\u3400" * 4, "\ufffd" * 4),
    ("가가가가", "잸잸잸잸"),
    ("ああああ", "ｱｱｱｱ"),
    ("abc", "ab\x01"),
    ("ab", "abc"),  # each character costs something
    ("鐵 a 鐵", "鐵a 鐵 "),  # a letter among Chinese characters
    ("a 鐵 鐵", "a鐵 鐵 "),
    ("éaéa", "ééaa"),  # a word of accents
    ("a» b", "a»b "),  # a sign within a word
    ("，，，，", "“”“”"),
]


@pytest.mark.parametrize(("likelier", "other"), LIKELIER)
def test_common_characters_in_their_places_are_likelier(likelier: str, other: str) -> None:
    languages = ("chinese",) if kind(likelier[0]) == "mark" else ("chinese", "japanese", "korean", "latin")

    assert likelihood(likelier, languages) > likelihood(other, languages)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("鑰匙在三樓櫃台", "chinese"),
        ("鍵は三階の受付にあります", "japanese"),
        ("열쇠는 삼층 안내", "korean"),
        ("clé à côté café", "latin"),
    ],
)
def test_a_text_is_as_likely_as_in_its_best_language(text: str, language: str) -> None:
    others = {"chinese", "japanese", "korean", "latin"} - {language}

    assert likelihood(text) == likelihood(text, (language,))
    assert all(likelihood(text, (other,)) < likelihood(text) for other in others)


def test_the_mean_is_that_of_the_characters_beyond_ascii() -> None:
    assert mean_likelihood("") == mean_likelihood("plain text\n\x01") == 0
    assert mean_likelihood("的") == pytest.approx(likelihood("的"))
    assert mean_likelihood("的在有") == pytest.approx(mean_likelihood("的"))
    assert mean_likelihood("的 在, ok 有") == pytest.approx(mean_likelihood("的在有"))
    assert likelihood("的在有") == pytest.approx(3 * likelihood("的"))


def test_ascii_costs_little_and_control_characters_much() -> None:
    assert likelihood("ab") == pytest.approx(2 * likelihood("a"))
    assert likelihood("\x01") < 3 * likelihood("a") < 0


@pytest.mark.parametrize(
    ("text", "strays"),
    [("鐵a鐵", 2), ("鐵 a", 0), ("éé", 1), ("ééé", 2), ("é", 0), ("a»a", 1), ("A»a", 0), ("aé", 0), ("鐵A 1鐵", 1)],
)
def test_each_stray_character_costs_as_much_as_another(text: str, strays: int) -> None:
    one = likelihood("éé") - 2 * likelihood("é")
    apart = sum(likelihood(character, (language,)) for character in text for language in [_language(text)])

    assert one < -1
    assert likelihood(text, (_language(text),)) == pytest.approx(apart + strays * one)


def _language(text: str) -> str:
    return "chinese" if "鐵" in text else "latin"
