"""Sentiment of texts: what negation, degree, contrast, wishes, emoji and mixed languages do, and that a model is not stale."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from analytics.models import polarity, sentiment_sets, train_sentiment
from analytics.models.ngrams import grams
from analytics.models.sentiment import LABELS, MODEL_FILE, MOST_CHARACTERS, clauses, model, score_texts

PRAISE = (
    "not bad", "I can't complain", "never disappointed", "no problems at all with this kettle", "very expensive but worth it",
    "not only cheap but also good", "10/10", "😍👍", "yyds", "没什么可挑剔的", "没有问题", "不贵", "虽然贵但是值得", "这个 product 很好用", "好得很",
)
BLAME = (
    "not good", "I don't think it is good", "hardly a bargain", "isn't that great", "could be better", "the staff were not helpful",
    "1/5", "😡", "不好", "不太好", "不怎么样", "太贵了", "好慢", "delivery 太慢了", "虽然好看但是质量差", "服务 totally useless",
)
NEITHER = ("The parcel arrived on Tuesday.", "I bought the blue one in size M.", "ok", "great product, terrible courier", "昨天下午收到的快递。")


def test_praise_is_positive_and_blame_negative() -> None:
    """Negation, degree, contrast, idioms, emoji, grades and mixed languages are read as people mean them."""
    assert list(zip(PRAISE, score_texts(PRAISE).label, strict=True)) == [(text, "positive") for text in PRAISE]
    assert list(zip(BLAME, score_texts(BLAME).label, strict=True)) == [(text, "negative") for text in BLAME]


def test_mild_blame_has_the_sign_of_blame() -> None:
    """It may be labelled neutral, yet it never counts as praise."""
    assert score_texts(["没那么好"]).score[0] < -0.1


def test_facts_and_mixed_opinions_are_neutral() -> None:
    assert list(zip(NEITHER, score_texts(NEITHER).label, strict=True)) == [(text, "neutral") for text in NEITHER]


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("it is good", "it is very good"), ("it is slightly bad", "it is extremely bad"), ("good", "excellent"), ("质量好", "质量非常好"),
        ("有点慢", "太慢了"), ("not good", "terrible"), ("not bad", "wonderful"),
    ],
)
def test_degree_words_move_the_weight_away_from_zero(weaker: str, stronger: str) -> None:
    weights = [polarity.evidence(text) for text in (weaker, stronger)]
    nets = [abs(found.praise - found.blame) for found in weights]
    assert nets[0] < nets[1]


def test_a_negation_ends_at_a_pause() -> None:
    """"Not" before a comma says nothing of the clause after it."""
    assert polarity.evidence("not today, good service").blame == 0
    assert polarity.evidence("没有, 服务好").blame == 0
    assert polarity.evidence("not a good service").praise == 0


def test_a_wish_counts_against() -> None:
    """Who wishes for faster delivery misses it."""
    wished, plain = polarity.evidence("希望物流快"), polarity.evidence("物流快")
    assert wished.blame > 0 == plain.blame
    assert wished.praise < plain.praise


def test_what_stands_after_but_weighs_more() -> None:
    first, second = score_texts(["good but slow", "slow but good"]).score
    assert first < 0 < second


def test_longest_word_wins_in_chinese() -> None:
    """不错 is praise though 错 is blame; 好像 is no praise though 好 is."""
    assert polarity.evidence("不错").blame == 0 < polarity.evidence("不错").praise
    assert polarity.evidence("好像").praise == 0


def test_nothing_to_judge_gives_nulls() -> None:
    seen = score_texts(["", "   ", "...", "？？", None])  # type: ignore[list-item]  # null texts come from data
    assert seen[["label", "score", "language"]].isna().all(axis=None)
    assert not seen[["mixed", "uncertain"]].any(axis=None)
    assert list(score_texts([]).columns) == ["label", "score", "language", "mixed", "uncertain"]
    assert len(score_texts([])) == 0


def test_language_is_that_of_more_words() -> None:
    texts = ["good", "很好", "这个product很不错", "the 质量 of this product is good", "👍", "Der Artikel ist da"]
    assert list(score_texts(texts).language) == ["en", "zh", "zh", "en", "en", "en"]


def test_width_case_and_apostrophes_do_not_matter() -> None:
    scores = score_texts(["I don't like it!", "I DON’T LIKE IT！", "Ｉ ｄｏｎ'ｔ ｌｉｋｅ ｉｔ！"]).score
    assert scores.nunique() == 1


def test_links_and_times_are_no_emoticons() -> None:
    """:/ in a web address and :d in a word are not faces."""
    assert polarity.evidence("see http://example.org ordered:done").blame == 0


def test_a_result_does_not_depend_on_its_neighbours() -> None:
    """Scores are bounded, and the same text gives the same row alone, in a batch, and again."""
    texts = [*PRAISE, *BLAME, *NEITHER, "x" * (MOST_CHARACTERS * 40), ""] * 3
    together, again = score_texts(texts), score_texts(texts)
    assert together.equals(again)
    alone = [score_texts([text]).score[0] for text in texts[:20]]
    assert np.allclose(alone, together.score[:20], rtol=0, atol=1e-12)
    assert together.score.dropna().between(-1, 1).all()
    assert set(together.label.dropna()) == set(LABELS)


def test_ngrams_of_texts_do_not_run_into_each_other() -> None:
    """One text per row; words and pairs of Latin words, one to three neighbouring characters of Chinese."""
    seen = grams(["a b", "", "很好吃", "b a"])
    assert np.bincount(seen.text, minlength=4).tolist() == [3, 0, 6, 3]
    first, last = (set(seen.bucket[seen.text == row]) for row in (0, 3))
    assert len(first & last) == 2, "the words are shared, the pair is not"


def test_every_word_stands_in_one_list_of_praise_or_blame() -> None:
    import yaml

    for name in polarity.LISTS:
        lists = yaml.safe_load((polarity.DATA / f"{name}.yaml").read_text(encoding="utf-8"))
        words = [word.replace("-", " ") for side in ("positive", "negative") for group in lists[side].values() for word in group]
        twice = sorted({word for word in words if words.count(word) > 1})
        assert not twice, f"{name}: {twice}"


def test_a_wrong_list_is_named(tmp_path: Path) -> None:
    """A YAML truth value where a word was meant says so, with the file."""
    path = tmp_path / "sentiment_xx.yaml"
    path.write_text("positive: {1: [fine, yes]}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"sentiment_xx\.yaml: True is not a word"):
        polarity._read(path)


def test_the_trained_arrays_are_not_stale() -> None:
    """They were trained on the lists and sentences as they are; else run python -m analytics.models.train_sentiment."""
    assert model().inputs == sentiment_sets.inputs_hash()


def test_the_card_tells_the_accuracy_that_answers_tell() -> None:
    card = train_sentiment.CARD_FILE.read_text(encoding="utf-8")
    accuracy = model().accuracy
    said = " ".join(card.split())
    assert f"English {accuracy['en']:.3f} (with the encoder {accuracy['deep']:.3f}), Chinese {accuracy['zh']:.3f}" in said


def test_the_arrays_hold_no_objects() -> None:
    """Nothing is unpickled."""
    with np.load(MODEL_FILE, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_scoring_loads_no_heavy_library() -> None:
    """Loading a data set must not pay for torch or scikit-learn."""
    code = (
        "import sys; from analytics.models.sentiment import score_texts; score_texts(['good']);"
        "print([name for name in ('torch', 'sklearn', 'sentence_transformers', 'jieba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_training_says_where_it_looked_for_the_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train_sentiment.main([str(tmp_path)]) == 2
    assert f"{tmp_path}: no folder sentiment_en" in capsys.readouterr().err


def test_a_reservation_does_not_undo_praise() -> None:
    """就是 brings in a small fault, 但是 turns the judgement."""
    small, turned = score_texts(["房间干净，服务热情，就是停车难", "房间干净，服务热情，但是停车难"]).score
    assert turned < small


def test_the_clauses_of_a_mixed_text_are_scored_apart() -> None:
    seen = clauses("The room was lovely but breakfast was cold. 价格公道，就是送得慢")
    assert [clause.text for clause in seen] == ["The room was lovely", "but breakfast was cold.", "价格公道，", "就是送得慢"]
    assert [clause.score > 0 for clause in seen] == [True, False, True, False]
    assert clauses("...") == []


def test_both_praise_and_blame_are_marked_as_mixed() -> None:
    assert list(score_texts(["great product, terrible courier", "服务好，隔音差", "great product", "隔音差"]).mixed) == [True, True, False, False]


def test_irony_is_marked_as_uncertain_and_moves_no_score() -> None:
    """Stock phrases, praise in quotation marks, a rolling eye; plain praise and plain blame are certain."""
    seen = score_texts(["Oh great, another delay.", "“贴心”服务，等了三小时", "lovely service 🙄", "lovely service", "等了三小时"])
    assert list(seen.uncertain) == [True, True, True, False, False]


def test_the_encoder_judges_english_only_and_empty_texts_do_not_reach_it() -> None:
    """A vector along the deep side's weights makes a fact positive; Chinese stays as it is."""
    weights, asked = model().sides["deep"].weights, []

    def encode(texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        return np.tile(weights / np.linalg.norm(weights), (len(texts), 1)).astype(np.float32)

    texts = ["The parcel arrived on Tuesday.", "昨天下午收到的快递。", "", "👍"]
    plain, deep = score_texts(texts), score_texts(texts, encode)
    assert asked == ["the parcel arrived on tuesday."]
    assert deep.score[0] > plain.score[0]
    assert deep.drop(index=0).equals(plain.drop(index=0))


def test_composed_reviews_hold_only_sentences_of_their_trade() -> None:
    own = sentiment_sets.own_sentences("zh")
    trades = {text: group.partition("_")[0] for text, group in zip(own.texts, own.groups, strict=True) if "。" not in text}
    reviews = sentiment_sets.composed(own, 50)
    assert reviews.texts == sentiment_sets.composed(own, 50).texts
    for text, trade in zip(reviews.texts, reviews.groups, strict=True):
        assert {trades[part] for part in text.split("。") if part in trades} <= {trade}
    assert set(reviews.signs) == {1, -1}


def test_own_sentences_stand_once() -> None:
    """A text that stands twice would be on both sides of a fold."""
    for language in ("en", "zh"):
        texts = sentiment_sets.written(language).text
        assert texts.is_unique
        assert len(texts) > 2_000
