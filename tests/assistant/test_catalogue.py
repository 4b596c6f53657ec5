"""The contract between catalogue, analyses and wording: one name in all places, nothing missing, misspelt or orphaned.

Walks every built intent on a shop without data, so that the schemas of facts and tables are known in milliseconds.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from analytics.finding import CannotAnswer, Filter, Finding, Test
from analytics.period import Period
from analytics.semantics import DIMENSIONS, METRICS
from analytics.shop import Shop
from assistant import paths
from assistant.answer import LANGUAGES, Language
from assistant.answering import terms
from assistant.answering.wording import wording
from assistant.resolve import resolve
from assistant.understanding import catalogue
from assistant.understanding.catalogue import CatalogueError, Intent

BUILT = [intent for intent in catalogue.load().built if intent.domain != "help"]
BY_ID = pytest.mark.parametrize("intent", BUILT, ids=lambda intent: intent.id)
#: What a template may see beside facts, tables, slots and units.
CONTEXT = {"facts", "tables", "slots", "units", "period", "compare_to", "loop"}
ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
#: What is said where an intent cannot do without it.
STATED: dict[str, Any] = {
    "customer": "1042", "metric": "revenue", "dimension": ("region",), "product": "tea", "segment": ("champions",), "theme": "delivery",
}


def analysis_of(intent: Intent) -> Any:
    return getattr(importlib.import_module(f"analytics.{intent.domain}"), intent.id)


AUGUST = Period(date(2026, 8, 1), date(2026, 9, 1), "month", 1)
#: What else may be said: a finding may have other tables and facts then.
ALSO: tuple[dict[str, Any], ...] = (
    {"dimension": ("region",)}, {"dimension": ("region", "category")}, {"segment": ("champions",)}, {"segment": ("lost",)},
    {"segment": ("champions", "loyal")}, {"segment": ("high-value", "potential")}, {"metric": ("revenue", "orders")}, {"metric": "nps"},
    {"filters": (Filter("city", "in", ("Leeds", "York")),)}, {"filters": (Filter("city", "=", "Leeds"),)}, {"grain": "week"},
    {"product": "tea"}, {"customer": "1042"}, {"compare_to": AUGUST}, {"top_n": 3},
    {"period": AUGUST, "relative": "year_before"}, {"period": AUGUST, "relative": "previous", "dimension": ("region",)},
    {"dimension": ("region",), "metric": ("revenue", "orders")},
    {"dimension": ("region",), "filters": (Filter("city", "=", "Leeds"),)},
)


@cache
def findings_of(intent_id: str) -> tuple[Finding, ...]:
    """The findings of an intent: with its defaults and what it cannot do without, and with each other thing that may be said."""
    intent, shop, analysis = catalogue.load()[intent_id], Shop.unbound(), analysis_of(catalogue.load()[intent_id])
    found = []
    for said in ({}, *ALSO):
        slots = {name: value for name, value in {**_needed(intent), **said}.items() if name in intent.slots}
        try:
            found.append(analysis(shop, **resolve(intent, analysis, slots, said.get("relative"), shop).arguments))
        except CannotAnswer:
            assert said, f"{intent_id} cannot be asked with its defaults"
    return tuple(found)


def _needed(intent: Intent) -> dict[str, Any]:
    needed = {name: value for name, value in STATED.items() if name in intent.slots and intent.slots[name].required}
    if intent.id in ("metric_value", "metric_breakdown", "metric_trend", "metric_compare"):
        needed["metric"] = "revenue"
    return needed | ({"dimension": ("region",)} if intent.id == "metric_breakdown" else {})


def tables_of(intent_id: str) -> dict[str, set[str]]:
    """Every table that a finding of the intent may have, with its columns."""
    tables: dict[str, set[str]] = {}
    for finding in findings_of(intent_id):
        for name, table in finding.tables.items():
            tables.setdefault(name, set()).update(table.columns)
    return tables


def facts_of(intent_id: str) -> set[str]:
    return {name for finding in findings_of(intent_id) for name in finding.facts.columns}


@BY_ID
def test_an_analysis_of_that_name_takes_exactly_the_slots_of_the_catalogue(intent: Intent) -> None:
    parameters = inspect.signature(analysis_of(intent)).parameters
    assert {name for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY} == set(intent.slots)
    assert [p.kind for p in parameters.values() if p.kind is not p.KEYWORD_ONLY] == [inspect.Parameter.POSITIONAL_OR_KEYWORD]


@BY_ID
def test_a_finding_is_one_row_of_flat_facts_and_declares_its_caveats_on_them(intent: Intent) -> None:
    tests: tuple[Any, ...] = Test.__args__  # type: ignore[attr-defined]
    for finding in findings_of(intent.id):
        facts = finding.facts.schema()
        assert all(not kind.is_nested() for kind in facts.values())
        assert [c.name for c in finding.caveats if c.fact not in facts] == []
        assert [c.name for c in finding.caveats if c.name not in terms.caveats()] == []
        assert all(c.test in tests for c in finding.caveats)


@BY_ID
def test_the_facts_are_the_same_whatever_is_asked(intent: Intent) -> None:
    """A template that reads a fact must not fail on another question of the same intent."""
    assert {frozenset(finding.facts.columns) for finding in findings_of(intent.id)} == {frozenset(facts_of(intent.id))}


@BY_ID
def test_what_the_receipt_names_is_defined(intent: Intent) -> None:
    known = terms.load()
    named = {name for finding in findings_of(intent.id) for name in finding.definitions}
    assert sorted(name for name in named if any(not known.definition(name, language) for language in LANGUAGES)) == []


@BY_ID
def test_every_shown_column_has_a_heading_in_both_languages(intent: Intent) -> None:
    known = terms.load().by_code
    columns = set().union(*tables_of(intent.id).values())
    assert sorted(column for column in columns if column not in known) == []


@BY_ID
def test_every_table_has_a_title(intent: Intent) -> None:
    known = terms.load().by_code
    assert sorted(name for name in tables_of(intent.id) if f"table.{name}" not in known and name not in known) == []


@BY_ID
def test_units_are_known_units(intent: Intent) -> None:
    assert {unit for finding in findings_of(intent.id) for unit in finding.units.values()} <= set(terms.UNITS)


@BY_ID
def test_assumptions_and_counted_rows_have_names(intent: Intent) -> None:
    known = terms.load().by_code
    for finding in findings_of(intent.id):
        reasons = [name.removeprefix("left_out_") for name in finding.scope.counts.columns if name.startswith("left_out_")]
        named = [*finding.defaults, f"rows.{finding.scope.unit}", *(r for r in reasons if f"left_out.{r}" not in known)]
        assert sorted(name for name in named if name not in known) == []


@BY_ID
def test_charts_draw_columns_that_their_table_has(intent: Intent) -> None:
    tables = tables_of(intent.id)
    for chart in intent.charts:
        assert chart.table in tables, f"{intent.id}: no table {chart.table}; there are {sorted(tables)}"
        missing = [name for name in chart.columns if name not in tables[chart.table]]
        assert missing == [], f"{intent.id}: {chart.table} has no {missing}"


@BY_ID
def test_follow_ups_are_answered_by_built_intents(intent: Intent) -> None:
    known = catalogue.load()
    assert len(intent.follow_ups) >= 2
    assert [follow.intent for follow in intent.follow_ups if not known[follow.intent].built] == []


@BY_ID
@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_use_only_what_the_finding_declares_and_compute_nothing(intent: Intent, language: Language) -> None:
    name = f"{intent.domain}/{intent.id}"
    path = paths.templates() / language / f"{name}.md.j2"
    assert path.is_file(), f"no template {path}"
    assert list(faults(path.read_text(encoding="utf-8"), language, intent)) == []


@BY_ID
@pytest.mark.parametrize("language", LANGUAGES)
def test_follow_up_texts_use_only_what_the_finding_declares(intent: Intent, language: Language) -> None:
    for follow in intent.follow_ups:
        assert list(faults(follow.text[language], language, intent)) == []


def faults(source: str, language: Language, intent: Intent) -> Iterator[str]:
    """What is wrong with a template: names nobody declared, arithmetic. Unknown filters do not compile."""
    env = wording(language).environment
    env.from_string(source)
    tree = env.parse(source)
    facts, tables = facts_of(intent.id), tables_of(intent.id)
    columns = set().union(*tables.values(), facts, *(finding.units for finding in findings_of(intent.id)))
    rows = rows_of(tree)
    for sum_ in tree.find_all(ARITHMETIC):
        yield f"line {sum_.lineno}: arithmetic"
    for node in tree.find_all(nodes.Getattr):
        if not isinstance(node.node, nodes.Name):
            continue
        owner, name = node.node.name, node.attr
        if owner == "facts" and name not in facts:
            yield f"line {node.lineno}: facts has no {name}"
        elif owner == "tables" and name not in tables:
            yield f"line {node.lineno}: there is no table {name}"
        elif owner == "slots" and name not in intent.slots:
            yield f"line {node.lineno}: the intent takes no slot {name}"
        elif owner == "units" and name not in columns:
            yield f"line {node.lineno}: {name} is no fact or column, so it has no unit"
        elif owner in rows and rows[owner] and not any(name in tables.get(table, ()) for table in rows[owner]):
            yield f"line {node.lineno}: {sorted(rows[owner])} has no column {name}"
    assigned = {target.name for target in tree.find_all(nodes.Name) if target.ctx == "store"}
    assigned |= {argument.name for macro in tree.find_all(nodes.Macro) for argument in macro.args}
    assigned |= {macro.name for macro in tree.find_all(nodes.Macro)}
    assigned |= {name if isinstance(name, str) else name[1] for shared in tree.find_all(nodes.FromImport) for name in shared.names}
    assigned |= {shared.target for shared in tree.find_all(nodes.Import)}
    for used in tree.find_all(nodes.Name):
        if used.ctx == "load" and used.name not in CONTEXT | assigned:
            yield f"line {used.lineno}: nobody declares {used.name}"


def rows_of(tree: nodes.Template) -> dict[str, set[str]]:
    """The tables whose rows a variable may hold: loop variables, and variables set to a table's first row."""
    found: dict[str, set[str]] = {}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.target, nodes.Name) and (table := table_of(loop.iter)):
            found.setdefault(loop.target.name, set()).add(table)
    for assignment in tree.find_all(nodes.Assign):
        if isinstance(assignment.target, nodes.Name) and (table := table_of(assignment.node)):
            found.setdefault(assignment.target.name, set()).add(table)
    return found


def table_of(node: Any) -> str | None:
    """The table behind an expression such as tables.x[:5] or tables.x | first."""
    while isinstance(node, nodes.Getitem | nodes.Filter):
        node = node.node
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name == "tables":
        return str(node.attr)
    return None


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("{{ facts.nothing }}", "facts has no nothing"),
        ("{{ tables.nothing | length }}", "there is no table nothing"),
        ("{{ slots.theme }}", "takes no slot theme"),
        ("{{ facts.value + 1 }}", "arithmetic"),
        ("{{ other }}", "nobody declares other"),
    ],
)
def test_the_walk_finds_what_it_is_there_for(source: str, fault: str) -> None:
    intent = next(intent for intent in BUILT if "theme" not in intent.slots)
    assert any(fault in found for found in faults(source, "en", intent))


def test_nothing_is_orphaned() -> None:
    """Every template belongs to a built intent, and every built intent's folder is its domain."""
    known = catalogue.load()
    for language in LANGUAGES:
        folder = paths.templates() / language
        for path in folder.glob("*/*.md.j2"):
            name = path.name.removesuffix(".md.j2")
            if path.parent.name == "cli":
                continue
            assert name in known, f"{path} belongs to no intent"
            assert known[name].domain == path.parent.name
            assert known[name].built, f"{path}: {name} is not built"


def test_terms_and_metrics_say_the_same_unit() -> None:
    known = terms.load()
    assert {name: known.unit(name) for name in METRICS} == {name: metric.unit for name, metric in METRICS.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_and_dimension_is_defined_in_both_languages(language: Language) -> None:
    known = terms.load()
    assert [name for name in (*METRICS, *DIMENSIONS) if not known.definition(name, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_an_ordered_dimension_has_a_word(language: Language) -> None:
    known = terms.load()
    missing = [f"{d.name}.{value}" for d in DIMENSIONS.values() for value in d.order if f"{d.name}.{value}" not in known.by_code]
    assert missing == []
    assert all(known.value(str(day), "weekday") for day in range(1, 8))


def codes_in(argument: ast.expr) -> set[str]:
    """The code that a call names, or both of a choice between two."""
    if isinstance(argument, ast.IfExp):
        return codes_in(argument.body) | codes_in(argument.orelse)
    return {str(argument.value)} if isinstance(argument, ast.Constant) else set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_why_data_cannot_answer_is_worded(language: Language) -> None:
    """The codes of CannotAnswer in analytics and assistant, and of `no_data`, stand in the template."""
    source = (paths.templates() / language / "_no_data.md.j2").read_text(encoding="utf-8")
    root = Path(__file__).parents[2]
    codes = {
        code
        for folder in ("analytics", "assistant") for path in (root / folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == CannotAnswer.__name__
        for code in codes_in(call.args[0])
    }
    assert codes
    assert sorted(code for code in codes if f'"{code}"' not in source) == []


# the catalogue's own loading


GOOD = """
title: {en: A, zh: 甲}
ask: {en: [a question], zh: [一个问题]}
"""


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        path = tmp_path / "overview" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_an_intent_that_is_not_built_is_known_all_the_same(tmp_path: Path) -> None:
    known = catalogue.load(folder_with(tmp_path, some_intent=GOOD))
    assert [intent.id for intent in known] == ["some_intent"]
    assert known.built == ()
    assert known["some_intent"].domain == "overview"


def test_all_problems_are_reported_at_once_with_file_and_key(tmp_path: Path) -> None:
    broken = """
title: {en: A}
roles: [king]
needs: [nowhere]
slots: {colour: {}, period: {default: last_month, size: 3}}
chart: {kind: pie, table: t, x: a, y: b}
follow_ups: [{intent: nobody, en: x, zh: 乙}]
ask: {en: [1], zh: []}
surprise: true
"""
    with pytest.raises(CatalogueError) as fault:
        catalogue.load(folder_with(tmp_path, broken=broken, worse="[", some_intent=GOOD))
    text = str(fault.value)
    for expected in (
        "overview/broken.yaml: title: expected a text for each of en, zh", "roles: unknown 'king'", "needs: 'nowhere'", "unknown slot 'colour'",
        "slots.period: only default and required", "chart.kind: unknown 'pie'", "'nobody' is no intent", "ask.en: 1 is no text",
        "ask.zh: no example questions", "unknown key 'surprise'", "overview/worse.yaml: not readable as YAML",
    ):
        assert expected in text


def test_the_whole_catalogue_loads_and_every_intent_has_examples_in_both_languages() -> None:
    known = catalogue.load()
    assert len(known) >= 70
    assert all(len(intent.ask[language]) >= 40 for intent in known for language in LANGUAGES)
    assert {"general_knowledge", "action", "unsupported", "unsafe", "gibberish"} <= set(known.out_of_scope)
