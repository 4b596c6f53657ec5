"""SQL of Ibis expressions, compiled once per shape.

Most questions differ from one asked before in their days and names only, and compiling takes longer than most queries.
So dates and texts are left open when an expression is compiled, and are put into the text as typed literals afterwards.
Two expressions have the same shape when nothing but these values tells them apart. Runs nothing.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql.compilers import duckdb
from ibis.common.graph import Node

#: Shapes that are remembered, the latest ones.
_SHAPES = 512
#: Stand for open dates and texts while an expression is compiled: days that nobody asks about, and a word of nobody's.
_FIRST_DAY = date(9000, 1, 1).toordinal()
_WORD = "askwell:open:"
#: Where a text is a value: compared with the data's or shown as it is, and not the unit, format or name that some other operation
#: takes as a text.
_TAKE_VALUES = (ops.Equals, ops.NotEquals, ops.InValues, ops.StringContains, ops.Project, ops.Alias, ops.StructColumn)
_OPEN = re.compile(rf"MAKE_DATE\((?P<year>9[0-4]\d\d), (?P<month>\d+), (?P<day>\d+)\)|'{_WORD}(?P<place>\d+)'")
#: Ibis keeps the names of dropped columns in a set, whose order differs from process to process.
_DROPPED = re.compile(r"(?<=EXCLUDE \()[^()]+(?=\))")


@dataclass(frozen=True)
class _Template:
    """SQL around open values: `places[i]`, the position of a value among the open ones, stands after `pieces[i]`."""

    pieces: tuple[str, ...]
    places: tuple[int, ...]

    def filled(self, values: list[ops.Literal]) -> str:
        texts = [_text(value.value) for value in values]
        inside = [part for piece, place in zip(self.pieces, self.places, strict=False) for part in (piece, texts[place])]
        return "".join([*inside, self.pieces[-1]])


_templates: OrderedDict[Hashable, _Template] = OrderedDict()
_lock = threading.Lock()


def sql_of(expr: ir.Table) -> str:
    """DuckDB SQL of an unbound expression; values stand in it as typed literals."""
    op = expr.op()
    shape, values = _shape(op)
    with _lock:
        template = _templates.get(shape)
        if template is not None:
            _templates.move_to_end(shape)
    if template is None:
        template = _compiled(op, values)
        with _lock:
            _templates[shape] = template
            while len(_templates) > _SHAPES:
                _templates.popitem(last=False)
    return template.filled(values)


def _shape(root: Node) -> tuple[Hashable, list[ops.Literal]]:
    """What tells the expression from others beside its open values, and these values in the order they are met."""
    places, nodes = {root: 0}, [root]
    rows: list[Hashable] = []
    fixed: set[Node] = set()

    def part(argument: Any, opens: bool) -> Hashable:
        if isinstance(argument, Node):
            place = places.get(argument)
            if place is None:
                place = places[argument] = len(nodes)
                nodes.append(argument)
            if not opens and type(argument) is ops.Literal:
                fixed.add(argument)
            # Not an int: that could be an argument, too.
            return (Node, place)
        if isinstance(argument, tuple):
            return tuple([part(item, opens) for item in argument])
        if isinstance(argument, Mapping):
            return tuple([(key, part(item, opens)) for key, item in argument.items()])
        # 1, 1.0 and True are equal in Python.
        return (type(argument), argument)

    for node in nodes:
        kind = type(node)
        rows.append((kind, *[part(argument, kind in _TAKE_VALUES) for argument in node.__args__]))
    values = [node for node in nodes if type(node) is ops.Literal and _is_open(node, fixed)]
    for value in values:
        rows[places[value]] = (ops.Literal, value.dtype)
    return tuple(rows), values


def _is_open(node: ops.Literal, fixed: set[Node]) -> bool:
    if type(node.value) is date:
        return bool(node.dtype.is_date())
    return type(node.value) is str and node.dtype.is_string() and node not in fixed


def _compiled(op: Node, values: list[ops.Literal]) -> _Template:
    stand_ins = {value: ops.Literal(_stand_in(value, place), value.dtype) for place, value in enumerate(values)}
    compiler = duckdb.compiler
    query = compiler.to_sqlglot(op.replace(stand_ins).to_expr() if values else op.to_expr())
    text = query.sql(dialect=compiler.dialect, pretty=True, copy=False)
    text = _DROPPED.sub(lambda found: ", ".join(sorted(re.findall(r'"[^"]+"', found[0]))), text)
    pieces, places, begin = [], [], 0
    for found in _OPEN.finditer(text):
        pieces.append(text[begin : found.start()])
        places.append(_place(found))
        begin = found.end()
    return _Template((*pieces, text[begin:]), tuple(places))


def _stand_in(value: ops.Literal, place: int) -> date | str:
    return date.fromordinal(_FIRST_DAY + place) if value.dtype.is_date() else f"{_WORD}{place}"


def _place(found: re.Match[str]) -> int:
    if found["place"]:
        return int(found["place"])
    return date(int(found["year"]), int(found["month"]), int(found["day"])).toordinal() - _FIRST_DAY


def _text(value: date | str) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"MAKE_DATE({value.year}, {value.month}, {value.day})"
