"""Whether an answer is a refusal ("I don't know"), in Traditional and Simplified Chinese and in English."""

from __future__ import annotations

import re
import unicodedata

REFUSALS = (
    *("我不知道", "不知道", "無法回答", "无法回答", "無法得知", "无法得知", "無從得知", "无从得知", "不得而知"),
    *("沒有提到", "没有提到", "未提到", "未提及", "沒有提及", "没有提及"),
    *("沒有相關資訊", "没有相关信息", "沒有足夠資訊", "沒有足夠的資訊", "没有足够的信息", "没有足够信息"),
    *("資料中沒有", "资料中没有", "查無相關", "查无相关", "資訊不足", "信息不足"),
    *("i don't know", "i do not know", "don't know", "do not know", "cannot answer", "can't answer"),
    *("unable to answer", "unanswerable", "no answer", "not mentioned", "not enough information"),
    *("insufficient information", "no information", "cannot be determined", "cannot be answered"),
)
"""Phrases of a refusal: Traditional and Simplified Chinese, English."""


_NOT = "(?:並未|并未|均未|未|沒有|没有|沒|没|無|无)"


_CANNOT = "(?:無法|无法|無從|无从|沒辦法|没办法|不能|難以|难以)"


_TEXT_ZH = (
    "(?:文中|文章|文件|文档|本文|原文|上下文|內文|内文|內容|内容|資料|资料|手冊|手册|規範|规范|契約|合約|合同|段落|"
    "章節|章节|條文|条文|(?:上述|以上|所給|所给|提供的|給定的?|给定的?)材料)"
)


_TEXT_EN = "(?:passage|text|document|context|content|article|excerpt|source|paragraph|specification)s?"


_SAY_ZH = (
    "(?:提及|提到|提供|寫到|写到|寫明|写明|描述|列出|涵蓋|涵盖|說明|说明|記載|记载|載明|载明|規定|规定|包含|涉及|指出|"
    "交代|回答|答案|相關|相关|有關|有关|足夠|足够|資訊|信息)"
)


_SAY_EN = (
    "(?:sa(?:y|id)|mention|state|specif|provide|contain|include|hold|cover|discuss|address|reveal|give|tell|answer|"
    "indicate|explain|describe)"
)


_DATA_ZH = "(?:資訊|信息|資料|资料|內容|内容|說明|说明|規定|规定)"


_DATA_EN = "(?:information|context|details?|mention|indication|answer)"


_UNSAID = re.compile(
    "|".join(
        (
            rf"{_TEXT_ZH}[^,。;!?]{{0,8}}{_NOT}[^,。;!?]{{0,6}}{_SAY_ZH}",
            rf"(?:{_NOT}|找不到|未找到|沒有找到|没有找到|查不到|缺乏)(?:任何|明確的?|明确的?)?"
            rf"(?:(?:相關|相关|足夠|足够)的?{_DATA_ZH}|答案)",
            rf"^{_NOT}{_SAY_ZH}$|(?:資訊|信息|資料|资料|內容|内容)不足(?:以|$|[,。])",
            rf"{_CANNOT}[^,。;!?]{{0,16}}(?:確定|确定|判斷|判断|確認|确认|得知|找到|回答|作答)",
            r"(?:^|我們?|我们|[,。;] ?)(?:也|並|并|還|还)?不(?:太|很)?(?:清楚|曉得|晓得|確定|确定)(?![性度])",
            r"^(?:不詳|不详|未知|不明)$",
            rf"\b{_TEXT_EN} (?:(?:do|does|did) not|(?:do|does|did)n't|never) (?:\w+ly )?{_SAY_EN}",
            rf"(?:\bnot|n't) (?:{_SAY_EN}\w*|found|present|available)?(?: ?anywhere)?"
            rf"(?: ?(?:in|by) (?:the|this|these|any) (?:\w+ )?{_TEXT_EN}$|(?<=ed)$)",
            rf"\bunclear from the|\bnothing (?:in|from) the (?:\w+ )?{_TEXT_EN}|\b(?:there is|there's) no {_DATA_EN}\b",
            rf"\b(?:do not|don't) have (?:enough |sufficient |any |the |that |this )?{_DATA_EN}",
            rf"\b{_TEXT_EN} (?:says? nothing|(?:contain|provide|give|make|has|have|offer)s? no {_DATA_EN})\b",
            r"\b(?:cannot|can't|could not|couldn't|unable to|impossible to) (?:be )?(?:determine|tell|infer|find)",
            r"\b(?:i'm|i am|we're|we are) (?:not (?:sure|certain)|unsure)\b|\bi have no idea\b",
            r"^(?:unknown|not (?:sure|stated|specified|given|provided)|no idea|n/a)$",
        )
    )
)
"""Refusals that need a pattern rather than a phrase: who does not say what."""


_WHO_ZH = "(?:人|旅客|乘客|民眾|民众|學生|学生|讀者|读者|使用者|同學|同学|用戶|用户|員工|员工)"


_SELF_EN = (
    rf"(?:i|we|it|this|that|and|but|or|so|still|also|really|honestly|simply|just|sorry|personally|model|{_TEXT_EN})"
)


_WHEN_ZH = "(?<![何幾几小])[時时](?![間间期候代])"


_ONLY_LIKE = re.compile(
    "|".join(
        (
            # Who does not know, and what of them: 不知道路線的旅客可洽服務台, visitors who do not know the way.
            rf"不(?:知道|清楚)[^,。;!?]{{0,14}}(?:的{_WHO_ZH}|者)(?!是誰|是谁|為|为|$)(?=[^,。;!?])",
            r"(?:[他她]們?|[他她]们|[你您]們?|你们|(?<!本)人|誰|谁|旅客|居民)[也都並并還还]?(?:不(?:知道|清楚)|無法|无法)",
            r"(?<=[\u4e00-\u9fff])(?<![我人們们也都並并還还仍真實实的中裡里內内時时題题個个這这此案就是前在然以但而故且全歉起])不知道",
            rf"\b(?!{_SELF_EN}\b)[a-z]+ (?:(?:do|did|could) not|don't|didn't|couldn't|cannot|can't) "
            r"(?:know|answer|find|tell|determine)\b",
            # What is to be done in that case: 契約未規定者，依工程司指示辦理.
            rf"(?:{_NOT}|{_CANNOT}|不清楚|不知道|不足)[^,。;!?]{{0,12}}(?:{_WHEN_ZH}|者|的話|的话|之[^,。;!?]+|的)[,:]",
            rf"(?:未|無法|无法|不清楚|不知道|不詳|不详|不足)[^,。;!?]{{0,12}}(?:者|之[^,。;!?]+|{_WHEN_ZH})",
            r"(?:^|[,。;])(?:如果?|若|倘若?|當|当)[^,。;!?]+,",
            r"(?:^|[.;,] ?)(?:if|when|where|unless|should|in case|in the absence)\b[^,.;!?]+,",
            # Of whom, of what: 沒有提到名字的那位, no information desk.
            r"(?:提到|提及)[^,。;!?]{0,8}的那|不足的",
            r"\b(?:he|she|they|who) (?:is|was|are|were) not mentioned|\bnot mentioned by (?!the\b)",
            r"\b(?:got|gets|received|had|gave|heard) no answer",
            r"\b(?:released|published|shared|disclosed|received) no information",
            r"\bno information (?:desk|booth|technology|system|security|cent)",
        )
    )
)
"""Wordings that look like a refusal and are not; they are struck out before the search."""


_OPENING = re.compile(
    r"(?:(?:很|非常)?(?:抱歉|對不起|对不起|不好意思|遺憾|遗憾)|(?:根據|根据|依據|依据|依|從|从|就)[^,。;!?]{1,24}"
    r"|(?:i'm |i am )?sorry|unfortunately|(?:based on|according to|from) [^,.;!?]{1,60})(?:[,.。:] ?)(?:but |但是?)?"
)
"""What may precede a refusal: an apology, or what the answer is based on."""


_BUT = re.compile("但|不過|不过|然而|可是|however|but ")


_CLAUSE = re.compile("[,。.;!?]")


_SHORT = 60


_AROUND = " \"'「」『』。.,!?！？、:：*`#-"


def is_refusal(answer: str) -> bool:
    """Whether an answer is, begins with, or (if it is short) contains words that say that it is not known.

    Words about others who do not know (不知道路線的旅客), and about what is to be done then (契約未規定者), are none.
    """
    plain = unicodedata.normalize("NFKC", answer).replace("\u2019", "'").lower()
    plain = re.sub(r"\s+", " ", plain).strip(_AROUND)
    short = len(plain) < _SHORT
    plain = _ONLY_LIKE.sub("…", plain)
    if short:
        return any(phrase in plain for phrase in REFUSALS) or _UNSAID.search(plain) is not None
    while (opening := _OPENING.match(plain)) is not None:
        plain = plain[opening.end() :]
    if plain.startswith(REFUSALS):
        return True
    return _UNSAID.search(_CLAUSE.split(plain, maxsplit=1)[0]) is not None and not _BUT.search(plain)
