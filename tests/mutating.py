"""A plugin of pytest for ``tests/mutants.py``: one change to one module when it is imported."""

import ast
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

# FILE:NUMBER, the place that is changed.
CHANGE = "FIRSTHAND_CHANGE"
_OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
# Of these calls each argument is a condition of its own: one is left out.
_CONDITIONS = {"where", "and_", "or_", "filter"}
# What is changed, in words; the node; what stands there instead.
Change = tuple[str, ast.AST, ast.AST]


def places(source: str) -> list[str]:
    """In words, what can be changed, in order."""
    return [f"line {_line(old)}: {words}: {_short(old)}" for words, old, _ in _changes(source)[1]]


def changed(source: str, place: int) -> ast.Module:
    tree, changes = _changes(source)
    _, old, new = changes[place]
    ast.copy_location(new, old)
    _Replaced(old, new).visit(tree)
    return ast.fix_missing_locations(tree)


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _changes(source: str) -> tuple[ast.Module, list[Change]]:
    tree = ast.parse(source)
    functions = [
        each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    for each in tree.body:
        if isinstance(each, ast.ClassDef):
            functions += [
                m for m in each.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
    nodes = (node for each in functions for part in each.body for node in ast.walk(part))
    return tree, [change for node in nodes for change in _of(node)]


def _of(node: ast.AST) -> Iterator[Change]:
    nothing = ast.Constant(None)
    match node:
        case ast.Compare(left, [op, *more], rest) if type(op) in _OTHER:
            yield "turned round", node, ast.Compare(left, [_OTHER[type(op)](), *more], rest)
        case ast.BoolOp(op, values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and/or", node, ast.BoolOp(other, values)
        case ast.UnaryOp(ast.Not() | ast.Invert(), operand):
            yield "not left out", node, operand
        case ast.If(_, body, orelse):
            for value in (True, False):
                yield f"always {value}", node, ast.If(ast.Constant(value), body, orelse)
        case ast.IfExp(_, body, orelse):
            yield "always", node, body
            yield "never", node, orelse
        case ast.Constant(bool() as value):
            yield "opposite", node, ast.Constant(not value)
        case ast.Constant(int() as value):
            yield "one more", node, ast.Constant(value + 1)
        case ast.Return(value) if value is not None and not _is_none(value):
            yield "nothing returned", node, ast.Return(nothing)
        case ast.Raise():
            yield "not raised", node, ast.Expr(nothing)
        case ast.Expr(ast.Call() | ast.Await()):
            yield "not done", node, ast.Expr(nothing)
        case ast.Call(ast.Attribute(attr=name) | ast.Name(id=name), [_, _, *_] as given, named):
            if name in _CONDITIONS:
                for place in range(len(given)):
                    fewer = [*given[:place], *given[place + 1 :]]
                    yield f"without {_short(given[place])}", node, ast.Call(node.func, fewer, named)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _short(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0][:80]


class _Changing(SourceFileLoader):
    """Compiles the changed module; nothing is written."""

    place = 0

    def get_code(self, fullname: str) -> CodeType | None:
        source = self.get_source(fullname) or ""
        code: CodeType = compile(changed(source, self.place), self.path, "exec")
        return code


class _Finder:
    """Before Python's own: finds the one module that is changed."""

    def __init__(self, file: str, place: int) -> None:
        self._file, self._place = file, place

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin != self._file:
            return None
        loader = _Changing(fullname, self._file)
        loader.place = self._place
        spec.loader = loader
        return spec


if CHANGE in os.environ:
    _file, _, _number = os.environ[CHANGE].rpartition(":")
    sys.meta_path.insert(0, _Finder(_file, int(_number)))
