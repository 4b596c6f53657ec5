"""Customers told apart by an address, a number to call or a name: for who sees no personal details these are no ids."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from analytics.finding import Filter
from analytics.run import Engine, ResultTable
from analytics.shop import Shop
from assistant.access import ids, masking, personal
from assistant.access.masking import Parts
from assistant.access.roles import OWNER, ROLES, VISITOR, Role
from assistant.answer import Answer, Mark, NoData
from assistant.answering import saved
from assistant.answering.chips import chips
from assistant.answering.drill import drills
from assistant.answering.saved import Saved
from assistant.ask import Assistant
from assistant.sharing import exports
from assistant.sharing.page import page
from assistant.terminal import present
from assistant.understanding import catalogue
from tests.assistant.answering import made
from tests.conftest import TinyShop
from tests.support import make_shop

MANAGER, ANALYST, SUPPORT = ROLES["manager"], ROLES["analyst"], ROLES["support"]
EMAILS = ("ann1@mail.example", "abe22@mail.example", "bob@other.example", "cat@other.example")
PHONES = ("13800138001", "13800138002", "13911138003", "18600138004")
NAMES = ("Ann Ruiz", "Abe Lin", "王芳", "Cat O’Hara")


def sales(customers: tuple[str, ...]) -> str:
    lines = [f"{n} | {who} | 2024-0{n}-02 10:00 | completed | tea | {n} | 5.00" for n, who in enumerate(customers, 1)]
    return "order_id | customer_id | ordered_at | status | product_id | quantity | unit_price\n" + "\n".join(lines)


# what ids are


@pytest.mark.parametrize(
    ("customers", "kind"),
    [
        (EMAILS, "email"), (PHONES, "phone"), (("+44 20 7946 0958", "+44 20 7946 0959"), "phone"), (("020-7946-0958", "020-7946-0959"), "phone"),
        (NAMES, "name"), (("ann", "bob"), "name"), (("1042", "1043"), None), (("12345678", "12345679"), None), (("C-1", "C-2"), None),
        (("ALFKI", "ANATR"), None), ((EMAILS[0], "17", "18"), None), ((EMAILS[0], EMAILS[1], "18"), "email"),
    ],
)
def test_ids_are_of_a_kind_where_half_of_the_customers_have_such_a_one(
    tiny_shop: TinyShop, customers: tuple[str, ...], kind: str | None
) -> None:
    _, engine = tiny_shop({"sales": sales(customers)})
    assert ids.kind_of(engine) == kind


def test_ids_that_are_the_customers_names_are_of_that_kind_whatever_they_look_like(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({"sales": sales(("R2D2", "C3PO")), "customers": "customer_id | name\nR2D2 | r2d2\nC3PO | C3PO"})
    assert ids.kind_of(engine) == "name"


def test_an_empty_data_set_has_ids_of_no_kind(tiny_shop: TinyShop) -> None:
    _, engine = tiny_shop({})
    assert ids.kind_of(engine) is None


def test_they_are_counted_once_for_each_version_of_the_data(tiny_shop: TinyShop, monkeypatch: pytest.MonkeyPatch) -> None:
    _, engine = tiny_shop({"sales": sales(EMAILS)})
    assert ids.kind_of(engine) == "email"
    monkeypatch.setattr(engine, "bound", lambda *_: pytest.fail("counted again"))
    assert ids.kind_of(engine) == "email"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("ann@x.org", "email"), ("+8613800138000", "phone"), ("020 7946 0958", "phone"), ("Ann Ruiz", "name"), ("王芳", "name"),
        ("1042", None), ("C-1042", None), ("13800138000", None), ("2026-11-17", None), ("ALFKI", None), ("", None), ("ann", None),
    ],
)
def test_a_single_id_is_told_by_its_looks(value: str, kind: str | None) -> None:
    assert ids.kind(value, None) == kind
    assert ids.kind(value, "email") == (kind or "email")


def test_hidden_ids_stay_different_from_each_other() -> None:
    assert ids.shown_as(["ann@x.org", "abe@x.org", "17", "ann@x.org", "bob@x.org"], None) == {
        "ann@x.org": "a***@***", "abe@x.org": "a***@*** #2", "bob@x.org": "b***@***",
    }


def test_an_order_number_that_was_made_of_a_customer_does_not_name_him() -> None:
    assert ids.order("ann@x.org-20240302100000", None) == "a***@***-20240302100000"
    assert ids.order("13800138001-20240302100000", "phone") == "***01-20240302100000"
    assert ids.order("SO-20240302", None) == "SO-20240302"


def test_only_whole_ids_are_taken_out_of_a_text() -> None:
    assert ids.without("ANN@x.org, joann@x.org和ann@x.org", {"ann@x.org": "a***"}) == "a***, joann@x.org和a***"
    assert ids.without("nothing", {}) == "nothing"


# parts of an answer, without a data set: what was shared or kept


TABLE = ResultTable(
    (("customer_id", "string"), ("name", "string"), ("order_id", "string"), ("value", "decimal")),
    (("ann1@mail.example", "Ann Ruiz", "ann1@mail.example-20240302100000", Decimal("5")), ("17", None, "9", Decimal("4"))), 2,
)


def parts(role: Role | None) -> Parts:
    question = "orders of ann1@mail.example in York"
    marks = (Mark("ann1@mail.example", 10, 27, "customer", "ann1@mail.example"), Mark("York", 31, 35, "city", "York"))
    slots = {"customer": "ann1@mail.example", "filters": (Filter("customer_id", "=", "ann1@mail.example"),)}
    found = made.computed(tables={"people": TABLE}, facts={"first_id": "ann1@mail.example"}, sql=("… = 'ann1@mail.example'",))
    return masking.for_role(Parts(replace(made.request("en", question, slots), marks=marks), slots, found), role)


@pytest.mark.parametrize("role", [VISITOR, ANALYST])
def test_an_id_that_is_an_address_is_hidden_in_every_part(role: Role) -> None:
    masked = parts(role)
    assert masked.computed is not None
    assert masked.computed.tables["people"].rows == (
        ("a***@***", "A*** R***", "a***@***-20240302100000", Decimal("5")), ("17", None, "9", Decimal("4")),
    )
    assert masked.computed.facts == {"first_id": "a***@***"}
    assert masked.request.question == "orders of a***@*** in York"
    assert [masked.request.question[mark.start : mark.end] for mark in masked.request.marks] == ["a***@***", "York"]
    assert masked.request.slots == masked.arguments
    assert masked.arguments == {"customer": "a***@***", "filters": (Filter("customer_id", "=", "a***@***"),)}
    assert masking.CAVEAT in masked.computed.caveats
    assert "ann1@" not in repr(masked)


def test_who_sees_personal_details_sees_it_everywhere() -> None:
    for role in (None, OWNER, SUPPORT):
        assert repr(parts(role)).count("ann1@mail.example") == repr(parts(None)).count("ann1@mail.example") - (role is SUPPORT)


# whole answers on a data set


@dataclass(frozen=True)
class Told:
    """A data set whose customers are told apart by something personal, and how that is found in a text."""

    assistant: Assistant
    pattern: re.Pattern[str]

    def found(self, text: str) -> list[str]:
        return self.pattern.findall(text)


def told(engine: Engine, shop: Shop, pattern: str, encoder: Any) -> Told:
    return Told(Assistant(shop, engine, encoder=encoder), re.compile(pattern))


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Iterator[Told]:
    people = tuple(f"{letter}{n}@mail.example" for n, letter in enumerate("abcabcab", 1))
    shop, engine = make_shop(tmp_path_factory.mktemp("mails") / "mails.duckdb", {"sales": sales(people)})
    yield told(engine, shop, r"\w\d@mail\.example", encoder)
    engine.close()


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Iterator[Told]:
    people = tuple(f"1380013800{n}" for n in range(1, 9))
    shop, engine = make_shop(tmp_path_factory.mktemp("phones") / "phones.duckdb", {"sales": sales(people)})
    yield told(engine, shop, r"1380013800\d", encoder)
    engine.close()


@pytest.fixture(params=["mails", "phones"])
def data(request: pytest.FixtureRequest) -> Told:
    found: Told = request.getfixturevalue(request.param)
    return found


BEST = "who are our best five customers"


def best(data: Told, role: Role | None) -> Answer:
    answer = data.assistant.ask(BEST, role=role)
    assert isinstance(answer, Answer), answer.text
    return answer


@pytest.mark.parametrize("role", [MANAGER, ANALYST])
def test_tables_text_and_charts_of_a_masked_role_name_nobody_and_still_tell_customers_apart(data: Told, role: Role) -> None:
    answer = best(data, role)
    assert data.found(json.dumps(answer.to_json(), ensure_ascii=False)) == []
    assert data.found(present(answer)) == []
    assert any("masked" in caveat for caveat in answer.caveats)
    place = [column.name for column in answer.tables[0].columns].index("customer_id")
    shown = [row[place] for row in answer.tables[0].rows]
    assert len(set(shown)) == len(shown) == 5
    assert str(shown[0]) in answer.headline


def test_the_owner_support_and_the_command_line_see_who_it_is(data: Told) -> None:
    for role in (None, OWNER, SUPPORT):
        assert data.found(best(data, role).headline)
    assert data.found(present(best(data, None)))


def test_files_made_of_a_masked_answer_name_nobody(data: Told) -> None:
    answer = best(data, MANAGER)
    assert data.found(content(exports.as_csv(best(data, OWNER))))
    for file in (exports.as_csv(answer), exports.as_xlsx(answer), exports.as_svg(answer)):
        assert data.found(content(file)) == [], file.name


def content(file: exports.Export) -> str:
    """All texts of a file, also of one that is packed."""
    if not file.content.startswith(b"PK"):
        return file.content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def test_a_shared_page_of_the_owners_answer_names_nobody_in_either_language(data: Told) -> None:
    kept = Saved.of(best(data, OWNER), data.assistant.shop)
    assert data.found(saved.to_json(kept))
    shared = masking.kept_for(kept, VISITOR, personal.finder(data.assistant.engine))
    assert isinstance(shared, Saved)
    assert data.found(saved.to_json(shared)) == []
    assert data.found(page(shared, with_sql=False)) == []


def test_chips_of_a_masked_answer_name_nobody_and_its_rows_lead_to_nobody(data: Told) -> None:
    engine = data.assistant.engine
    customer = str(engine.bound("SELECT max(customer_id) FROM customer_facts", [])[0][0])
    seen = data.assistant.revise(best(data, None).request, {"intent": "customer_profile", "customer": customer}, role=OWNER).outcome
    assert isinstance(seen, Answer), seen.text
    masked = masking.outcome_for(seen, MANAGER, data.assistant.shop, personal.finder(engine))
    assert isinstance(masked, Answer)
    made_of = [chips(one, catalogue.load()["customer_profile"], frozenset(), data.assistant.shop, lambda _: ()) for one in (seen, masked)]
    assert data.found(str(made_of[0]))
    assert data.found(str(made_of[1])) == []
    answer, open_answer = best(data, MANAGER), best(data, OWNER)
    assert drills(answer, answer.tables[0], 0, data.assistant.shop) == ()
    assert drills(open_answer, open_answer.tables[0], 0, data.assistant.shop)


def test_who_is_masked_cannot_pick_a_customer_by_such_an_id(data: Told) -> None:
    customer = str(data.assistant.engine.bound("SELECT max(customer_id) FROM customer_facts", [])[0][0])
    asked = best(data, None).request
    for change in ({"intent": "customer_profile", "customer": customer}, {"intent": "customer_list", "filters": (Filter("customer_id", "=", customer),)}):
        refused = data.assistant.revise(asked, change, role=MANAGER).outcome
        assert isinstance(refused, NoData)
        assert refused.code == "personal_field"
        assert refused.details["field"] in ("email", "phone")
        assert data.found(json.dumps(refused.to_json())) == []
        assert not isinstance(data.assistant.revise(asked, change, role=SUPPORT).outcome, NoData)
