"""Sentences, character pairs and refusals in both languages."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.language import grams, is_chinese, sentences
from potluck.refusals import is_refusal

REFUSED = (
    "我不知道",
    "我不知道。",
    "我不知道這個問題的答案。",
    "我不知道道岔的轉轍器要用哪一種馬達。",
    "我不知道負責的廠商是誰。",
    "我不知道承包商何時開工。",
    "我也不知道",
    "不知道。",
    "對不起，我不知道。",
    "很抱歉，我不清楚。",
    "我不清楚這項規定。",
    "我不太清楚，建議洽詢工程司。",
    "不清楚",
    "抱歉，無法回答。",
    "根據提供的資料，無法回答這個問題。",
    "無法回答此問題，因為內容中沒有相關資訊。",
    "依據上述內容，無法確定逾期罰款的金額。",
    "無法確定。",
    "無法判斷",
    "無從得知。",
    "從文中無法得知混凝土的厚度。",
    "文中未提及。",
    "文中並未提及道岔的馬達種類。",
    "文章沒有說明是哪一家公司承包。",
    "資料中沒有記載總經費。",
    "資料中沒有相關說明",
    "規範中未規定逾期罰款的數額。",
    "本規範並未載明此事。",
    "本人不知道。",
    "完全不知道",
    "The passage cannot answer this question.",
    "內容中沒有答案。",
    "提供的內容裡沒有足夠資訊可以回答。",
    "沒有足夠的資訊",
    "目前沒有足夠資訊判斷。",
    "資訊不足，無法作答。",
    "查無相關資料。",
    "找不到相關內容。",
    "不得而知。",
    "不詳",
    "未知",
    "我无法回答这个问题。",
    "抱歉，资料中没有提到。",
    "根据所给内容，无法确定答案。",
    "文中未提及该公司的名称。",
    "文档里没有相关信息。",
    "我不清楚。",
    "没有足够的信息来回答这个问题。",
    "上下文没有提供答案",
    "抱歉，我没有找到相关的内容。",
    "信息不足",
    "无从判断",
    "I don't know.",
    "I do not know the answer.",
    "Sorry, I don’t know.",
    "I'm sorry, but I do not know.",
    "I'm not sure.",
    "I am not certain who built it.",
    "I have no idea.",
    "The passage does not say.",
    "The text doesn't mention the year.",
    "Not stated in the passage.",
    "Not mentioned.",
    "It is not specified in the document.",
    "This is not stated anywhere in the text.",
    "The answer is not given in the passage.",
    "The context does not provide enough information to answer.",
    "There is not enough information.",
    "Insufficient information.",
    "There is no information about that in the content.",
    "The provided passages contain no mention of the budget.",
    "It cannot be determined from the passage.",
    "I cannot answer this question.",
    "I can't answer that from the content.",
    "Unable to determine.",
    "Unanswerable",
    "Unknown.",
    "No answer.",
    "N/A",
    "根據提供的資料，我不知道道岔的轉轍器應採用哪一種馬達。建議您向設計單位或者材料供應商洽詢，以取得進一步的規格說明與型錄資料，並於施工前確認。",
    "抱歉，文中未提及本工程的總經費與承包公司。若您需要這些資訊，建議查閱契約主文、決標公告或者向主辦機關洽詢，這些文件通常會載明金額。",
    "Sorry, the passage does not say which motor is used for the turnout. You may want to "
    "consult the manufacturer's catalogue for the details.",
    "我沒辦法回答這個問題。",
    "很遺憾，文件內沒有寫到這一點。",
    "這份規範沒有提到逾期罰款。",
    "文中沒有明確說明。",
    "無相關資料",
    "內文未說明混凝土厚度，故無法回答。",
    "就目前的資料來看，我無法確認是哪一間公司。",
    "不確定。",
    "我不確定答案是什麼。",
    "這個問題在所附內容中找不到答案。",
    "內容並未提供這項資訊。",
    "您提供的段落沒有提到這件事。",
    "恕無法回答。",
    "並未提及。",
    "文章中未指出其出生年份。",
    "對不起，這個問題我不知道。",
    "根据文章，无法确定他的出生日期。",
    "文中没有说明。",
    "原文未提供相关信息。",
    "很抱歉，我无法从给定内容中找到答案。",
    "不确定",
    "上述材料没有涉及这个问题。",
    "I don't have enough information to answer that.",
    "I couldn't find that in the document.",
    "The content does not hold the answer.",
    "The document doesn't specify a penalty.",
    "That information is not provided.",
    "There's no mention of that in the text.",
    "This cannot be answered from the passage.",
    "The answer is not in the passage.",
    "Sorry, I can't tell from the passage.",
    "We don't know.",
    "It isn't mentioned in the article.",
    "The article gives no answer.",
    "Nothing in the text says so.",
    "Not available in the context.",
    "I am unable to determine the budget from the provided content.",
    "It's unclear from the text.",
    "這題我不知道。",
    "抱歉，我不太確定。",
    "不好意思，文件中找不到相關規定。",
    "規範裡並沒有提到馬達的種類。",
    "文章並未交代原因。",
    "依現有資料無法判斷。",
    "沒有相關資訊。",
    "目前無法確定承包商是哪一家。",
    "手冊沒有記載保固期限。",
    "無法從內容中得知答案。",
    "我不曉得。",
    "未載明。",
    "文中沒提到。",
    "資料不足以回答這個問題。",
    "這份文件沒有這項資訊。",
    "我不知道，文件只談到道碴軌道。",
    "抱歉，这个问题我无法回答。",
    "文章没有提及作者的国籍。",
    "没有找到相关信息。",
    "根据上下文，我不知道。",
    "该段落未说明具体时间。",
    "从给出的资料中无法得知。",
    "资料里没有答案",
    "我不确定。",
    "无法作答。",
    "I don't know, the text only speaks of ballasted track.",
    "I'm afraid I don't know.",
    "The text says nothing about that.",
    "The passage does not contain the answer.",
    "The specification doesn't state the penalty.",
    "There is no answer in the given text.",
    "No information is given about the cost.",
    "Not specified.",
    "It is not mentioned who built the bridge.",
    "The provided context doesn't include this information.",
    "I could not find the answer in the passages.",
    "Cannot be determined from the text.",
    "I have no information about this.",
    "Based on the content, I cannot answer.",
    "I do not have that information.",
)
"""Labelled by hand: these say that the answer is not known."""

ANSWERED = (
    "我不知道這件事的人很多",
    "不知道路線的旅客可洽服務台",
    "不知道規定者應先詢問工程司",
    "他不知道自己已經得獎",
    "承包商不知道日期時，應以書面詢問工程司",
    "國家標準未規定者，得採用國際標準組織之相關規定",
    "契約未規定之事項，依工程司之指示辦理",
    "如無法確定位置，應洽工程司",
    "無法確定軌溫時，不得施銲",
    "若無法回答，請撥服務專線",
    "標示不清楚者應重新標示",
    "字跡不清楚時應重寫",
    "沒有人知道他的名字，1952年逝世",
    "無名英雄紀念碑",
    "未知數為x",
    "無人知曉的地方",
    "當資料不足時，應於7日內補件",
    "資料不足者，應於14日內補正",
    "未提及之項目不另給付",
    "因天候無法施工",
    "無法在中央產生不動區間",
    "未能在中央產生不動區間之整軌",
    "不得使用於曲線半徑未滿300m之外軌",
    "鋼軌表面不得有裂縫",
    "國家標準未規定者",
    "不知火",
    "《不知道的世界》",
    "蘇格拉底說他只知道自己一無所知",
    "不知道路线的旅客可以询问服务台",
    "如果不清楚，请联系工程师",
    "无法确定温度时，不得施工",
    "合同未规定的，按国家标准执行",
    "没有人不知道他是总统",
    "這些居民不知道洪水將至",
    "The contractor does not know the date in advance, so the engineer states it: 14 days",
    "unknown soldier",
    "The Tomb of the Unknown Soldier",
    "Visitors who do not know the way may ask at the desk",
    "If you do not know the route, ask at the desk.",
    "They did not know each other",
    "He was not mentioned in the will",
    "He received no answer to his letter",
    "no information desk",
    "the Information Technology department",
    "Employees who cannot answer must escalate",
    "People who can't answer the door",
    "Where it is not specified in the contract, 25 m applies",
    "Unless stated in the passage, 14 days",
    "The Unknown",
    "not more than 25 m",
    "not less than 250 mm",
    "It is not provided with a brake",
    "Know Nothing party",
    "He did not know the answer",
    "The passage was not mentioned by Caesar, who wrote in 52 BC",
    "certain death",
    "無",
    "短鋼軌係指長度在標準長度以下5m以上之鋼軌",
    "不詳者為姓名",
    "動態標準值在1.4.1",
    "The ministry released no information about the victims.",
    "The scientists do not know how the virus spreads, but think that bats carry it, which was first proposed in 2003",
    "Do Not Answer",
    "不知名的畫家",
    "不確定性原理",
    "不明飛行物體",
    "因為他不知道密碼",
    "觀眾不知道結局，所以很驚訝",
    "未經工程司同意者不得使用",
    "無法拆除之模板應保留",
    "規範未規定時，依圖說辦理",
    "無資料者填「無」",
    "承包商未提供試驗報告時，不予計價",
    "不得小於250mm",
    "資訊不足的地區",
    "有關規定見1.4.1",
    "沒有道碴的軌道",
    "未知的世界探險隊",
    "不清楚時以圖說為準",
    "他說他不清楚",
    "沒有提到名字的那位作者是魯迅",
    "没有回答的问题计零分",
    "他不知道答案",
    "海伦不知道自己生病了",
    "若文件未提及，以圖說為準，即25m",
    "Not specified items are excluded",
    "The known and the unknown",
    "The don't know vote",
    "He couldn't find the way home, so he built a hut",
    "the data was not included in the census",
    "He does not mention his father",
    "No Answer Came, a film",
    "Gauss did not state the theorem in 1801, but in 1799",
    "Users who are not sure should call 911",
    "The text does not end there",
    "no more information was released after 1945 because the archive burned",
    "If the date is not stated in the contract, 28 days",
    "Information Not Found",
    "The unknown author",
    "The answer cannot be a prime",
    "Unable to walk",
    "不知道答案的同學請舉手",
    "誰也不知道的秘密花園",
    "投標廠商不清楚規定時，得以書面請求釋疑",
    "無法回復原狀者，應賠償",
    "未提供保固者不予驗收",
    "如文件中沒有規定，以CNS為準",
    "沒有提到任何人的名字就走了",
    "不知不覺",
    "不確定度為±3mm",
    "答案是沒有道岔",
    "無線電",
    "沒有足夠的水",
    "未成年人",
    "他無法確定自己的位置，最後在1911年遇難",
    "工程司無法到場時，承包商得逕行施工",
    "不合格者應切除重銲",
    "沒有人回答",
    "不详之兆",
    "没有资料显示的区域以灰色表示",
    "如果信息不足，请补充材料",
    "无法确定日期者，以邮戳为准",
    "患者不知道自己感染",
    "Nobody knew",
    "The passage between the two islands is not navigable",
    "He does not say a word",
    "not applicable to curves below 300 m",
    "The minister said he could not tell the truth",
    "Those who do not know history are doomed to repeat it",
    "Where no information is available, use 25 m",
    "In case of insufficient information, ask the engineer",
    "Knowledge not mentioned by Plato",
    "If unsure, ask the engineer",
    "An information desk",
    "He gave no answer and left",
    "The rails must not be stated in feet",
    "No one",
    "the answer is not 5 but 6",
    "She didn't know the way",
    "I, Robot",
    "Students who cannot answer the question lose 5 points",
)
"""Labelled by hand: these do not, however near some come."""

PHRASES = ("我不知道", "不知道", "無法回答", "无法得知", "沒有提到", "未提及", "没有相关信息", "資料中沒有")
ENGLISH = (
    "I don’t know",
    "do not know",
    "cannot answer",
    "unable to answer",
    "unanswerable",
    "no answer",
    "no information",
)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_chinese_sentences_end_at_full_width_stops_with_their_closing_quotes() -> None:
    assert cut("他說：「不行。」然後走了！真的？是；好") == ["他說：「不行。」", "然後走了！", "真的？", "是；", "好"]


def test_a_clause_number_or_a_decimal_is_not_an_end() -> None:
    assert cut("See 1.4.4 for 3.14 mm. The next one. e.g. this") == [
        "See 1.4.4 for 3.14 mm.",
        "The next one. e.g. this",
    ]


@given(st.text(alphabet=st.sampled_from("甲乙。！ \n.A1「」"), max_size=60))
def test_sentences_are_in_order_and_lose_only_white_space(text: str) -> None:
    spans = list(sentences(text))

    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


def test_pairs_ignore_width_and_case() -> None:
    assert grams("２５ｍ 短鋼軌") == grams("25M短鋼軌")
    assert "短 鋼" in grams("短鋼軌")


@pytest.mark.parametrize(
    "answer",
    ["我不知道", "我不知道。", "抱歉，资料中没有提到。", "I don’t know.", "Sorry, I do not know", "無法回答此問題"],
)
def test_refusals_are_known_in_three_writings(answer: str) -> None:
    assert is_refusal(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "短鋼軌係指長度在標準長度以下",
        "Paris",
        "He said they did not know" + " anything about it at all" * 5,
        "我不知道這件事的人很多",
        "不知道路線的旅客可洽服務台",
        "The Tomb of the Unknown Soldier",
        "The contractor does not know the date in advance, so the engineer states it: 14 days",
        "契約未規定者，依工程司之指示辦理",
        "長銲鋼軌見1.4.7；" * 8 + "文中未提及短鋼軌",
    ],
)
def test_answers_are_not_refusals(answer: str) -> None:
    assert not is_refusal(answer)


def test_of_the_labelled_phrases_nearly_all_are_told_apart() -> None:
    missed = [answer for answer in REFUSED if not is_refusal(answer)]
    wrong = [answer for answer in ANSWERED if is_refusal(answer)]

    caught = len(REFUSED) - len(missed)
    assert caught / len(REFUSED) >= 0.95, missed
    assert caught / (caught + len(wrong)) >= 0.95, wrong


@pytest.mark.parametrize("phrase", [*PHRASES, *ENGLISH])
@pytest.mark.parametrize("before", ["", "抱歉，", "根據以上內容，", "Sorry, ", "「"])
@pytest.mark.parametrize("behind", ["", "。", ".", "，請洽工程司。", ". " + "Please ask the engineer. " * 5])
def test_a_phrase_is_a_refusal_whatever_is_around_it(phrase: str, before: str, behind: str) -> None:
    assert is_refusal(before + phrase + behind)


def test_what_is_partly_answered_is_not_refused() -> None:
    assert not is_refusal("文中未說明短鋼軌的用途，但1.4.4規定：短鋼軌係指長度在標準長度以下5m以上之鋼軌，" * 2)


def test_sentences_of_real_texts_are_hardly_ever_refusals(shared_data: Path, whole_data: bool) -> None:
    found, count = [], 0
    for name in ("qa_zh/corpus", "qa_en/corpus", "spec_zh/sections", "xquad/corpus_zh", "xquad/corpus_en"):
        for line in filter(None, (shared_data / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")):
            texts = cut(json.loads(line)["text"])
            count += len(texts)
            found += [text for text in texts if is_refusal(text)]

    assert count > (5000 if whole_data else 900)
    assert len(found) <= (3 if whole_data else 0), found


def test_script() -> None:
    assert is_chinese("rail 軌")
    assert not is_chinese("rail レール")
