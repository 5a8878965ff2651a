"""Statements that are always the same: compiled at their first use, then handed to the driver as they are.

SQLAlchemy prepares each execution anew: it looks for the compiled text, arranges parameters, wraps rows. That is ten
times what SQLite takes for the statement itself, and a turn has some twenty. What SQLAlchemy says of such a statement
once (its text, the order of its parameters, what the types make of values) is kept here and does for good.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, ColumnElement, Dialect, Executable, Float, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import Boolean, TypeEngine

from storage.columns import dumps

Row: TypeAlias = Mapping[str, Any]
Values: TypeAlias = Mapping[str, Any]
_Process: TypeAlias = Callable[[Any], Any] | None


class Plan:
    """A statement for one dialect and one set of parameters."""

    def __init__(self, statement: Executable, dialect: Dialect, given: Sequence[str]) -> None:
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=dialect, column_keys=list(given) or None)
        assert isinstance(compiled, SQLCompiler)
        expanded = compiled.construct_expanded_state(dict.fromkeys(given))
        self.sql = expanded.statement
        self._filled: list[Any] = []  # the statement's own values in their places
        self._open: list[tuple[int, str, _Process]] = []
        for place, name in enumerate(expanded.positiontup or ()):
            bind = compiled.binds.get(name)  # None for a value of a list, which brings its own
            process: Any = expanded.processors.get(name) if bind is None else _bind(bind.type, dialect)
            own = expanded.parameters[name]
            if name in given:
                self._open.append((place, name, process))
            elif process is not None:
                own = process(own)
            self._filled.append(own)
        columns: Mapping[str, ColumnElement[Any]] = getattr(statement, "exported_columns", {})
        self._names = list(columns.keys())
        made = [(name, _result(column.type, dialect)) for name, column in columns.items()]
        self._read = [(name, process) for name, process in made if process is not None]

    @property
    def reads(self) -> bool:
        return bool(self._names)

    def filled(self, values: Values) -> list[Any]:
        """What the driver gets, in its order."""
        filled = self._filled.copy()
        for place, name, process in self._open:
            filled[place] = values[name] if process is None else process(values[name])
        return filled

    def rows(self, found: Sequence[Iterable[Any]]) -> Sequence[Row]:
        if not found:
            return []
        rows = [dict(zip(self._names, row, strict=True)) for row in found]
        for name, process in self._read:
            for row in rows:
                if row[name] is not None:  # nothing is read as nothing, by any type
                    row[name] = process(row[name])
        return rows


def _bind(type_: TypeEngine[Any], dialect: Dialect) -> _Process:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _result(type_: TypeEngine[Any], dialect: Dialect) -> _Process:
    if isinstance(type_, Float):
        return None  # both drivers bring numbers; SQLAlchemy would want to see the first
    return type_.dialect_impl(dialect).result_processor(dialect, None)


class Prepared:
    """For statements that are made when a module is loaded. Their lists have the length they had then; for lists of
    any length there is `among`.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._plans: dict[tuple[str, ...], Plan] = {}

    def plan(self, dialect: Dialect, values: Values) -> Plan:
        """The same names mean the same plan."""
        kind = (dialect.name, *values)
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._plans[kind] = Plan(self.statement, dialect, tuple(values))
        return plan


# ---------------------------------------------------------------- lists of any length


class Several(TypeDecorator[Sequence[Any]]):
    """One parameter, however many there are: so the statement stays the same, and no database bounds their number.

    An array on PostgreSQL, JSON on SQLite.
    """

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(self.of) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        several = list(value or ())
        return several if dialect.name == "postgresql" else dumps(several)


class among(ColumnElement[bool]):  # noqa: N801  (reads as what it says in a statement)
    """`column` is one of the parameter `name`, a list of keys or numbers."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.several = bindparam(name, type_=Several(column.type))

    def self_group(self, against: Any = None) -> "among":  # noqa: ARG002
        """SQLite has no truth values: what is none for sure must be compared with 1."""
        return self


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, several = (compiler.process(one, **options) for one in (element.column, element.several))
    return f"({column} IN (SELECT value FROM json_each({several})))"  # noqa: S608  (both are made by SQLAlchemy)


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, several = (compiler.process(one, **options) for one in (element.column, element.several))
    return f"({column} = ANY ({several}))"
