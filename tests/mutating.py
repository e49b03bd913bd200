"""Small changes to a module: which there are, and one of them made in the running process."""

import ast
import gc
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType

_OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
# Of these calls each argument is a condition of its own: one is left out.
_CONDITIONS = {"where", "and_", "or_", "filter"}
# What the code of a module calls before each statement while its lines are being seen.
_SEEN = "__seen__"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that can be changed."""

    line: int
    statement: int  # the first line of the statement that it belongs to
    function: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}"


def places(source: str) -> list[Place]:
    """What can be changed, in order."""
    return [
        Place(old.lineno, statement.lineno, function, _short(old), _short(new))
        for function, statement, old, new in _changes(ast.parse(source))
    ]


def change(file: str, source: str, number: int) -> None:
    """Make the change of that number in every function of the file that this process holds."""
    tree = ast.parse(source)
    _, _, old, new = list(_changes(tree))[number]
    ast.copy_location(new, old)
    changed = _Replaced(old, new).visit(tree)
    assert isinstance(changed, ast.Module)
    _put(file, changed)


def watch(file: str, source: str, seen: Callable[[int], None]) -> None:
    """Tell ``seen`` the first line of each statement of the file before it runs, from now on."""
    tree = _Watched().visit(ast.parse(source))
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == file:
            setattr(module, _SEEN, seen)
    _put(file, tree)


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


class _Watched(ast.NodeTransformer):
    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.Module | ast.ClassDef):
            return node
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, [each for one in block for each in (_told(one), one)])
        return node


def _told(statement: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(_SEEN, ast.Load()), [ast.Constant(statement.lineno)], [])
    return ast.fix_missing_locations(ast.copy_location(ast.Expr(call), statement))


def _put(file: str, tree: ast.Module) -> None:
    """Give the functions of the file the code of the tree.

    Only bodies differ, so the functions themselves stay, wherever a decorator or a route has
    taken them to. Raises RuntimeError where there is none.
    """
    codes: dict[tuple[str, int], CodeType] = {}
    found = False
    _gather(compile(ast.fix_missing_locations(tree), file, "exec"), codes)
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename == file:
            code = codes.get((each.__code__.co_qualname, each.__code__.co_firstlineno))
            if code is not None and code.co_freevars == each.__code__.co_freevars:
                each.__code__ = code
                found = True
    if not found:
        raise RuntimeError(f"no function of {file} is to be found in this process")


def _gather(code: CodeType, into: dict[tuple[str, int], CodeType]) -> None:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            # Lambdas of one line have one name; a change inside one comes with what is around it.
            if not each.co_name.startswith("<"):
                into[each.co_qualname, each.co_firstlineno] = each
            _gather(each, into)


def _changes(tree: ast.Module) -> Iterator[tuple[str, ast.stmt, ast.expr | ast.stmt, ast.AST]]:
    for name, function in _functions(tree):
        for part in function.body:
            for statement in ast.walk(part):
                if isinstance(statement, ast.stmt):
                    for node in _own(statement):
                        for old, new in _of(node):
                            yield name, statement, old, new


def _functions(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    for each in tree.body:
        if isinstance(each, _Function):
            yield each.name, each
        if isinstance(each, ast.ClassDef):
            for method in each.body:
                if isinstance(method, _Function):
                    yield f"{each.name}.{method.name}", method


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """The statement and its expressions, without the statements inside it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.stmt)]


def _of(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, ast.AST]]:
    nothing = ast.Constant(None)
    match node:
        case ast.Compare(left, [op, *more], rest) if type(op) in _OTHER:
            yield node, ast.Compare(left, [_OTHER[type(op)](), *more], rest)
        case ast.BoolOp(op, values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield node, ast.BoolOp(other, values)
        case ast.UnaryOp(ast.Not() | ast.Invert(), operand):
            yield node, operand
        case ast.If(_, body, orelse):
            for value in (True, False):
                yield node, ast.If(ast.Constant(value), body, orelse)
        case ast.IfExp(_, body, orelse):
            yield node, body
            yield node, orelse
        case ast.Constant(bool() as value):
            yield node, ast.Constant(not value)
        case ast.Constant(int() as value):
            yield node, ast.Constant(value + 1)
        case ast.Return(value) if value is not None and not _is_none(value):
            yield node, ast.Return(nothing)
        case ast.Raise():
            yield node, ast.Expr(nothing)
        case ast.Expr(ast.Call() | ast.Await()):
            yield node, ast.Expr(nothing)
        case ast.Call(ast.Attribute(attr=name) | ast.Name(id=name), [_, _, *_] as given, named):
            if name in _CONDITIONS:
                for place in range(len(given)):
                    yield node, ast.Call(node.func, [*given[:place], *given[place + 1 :]], named)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _short(node: ast.AST) -> str:
    """On one line; of a condition and its blocks, the condition."""
    text = ast.unparse(node.test if isinstance(node, ast.If) else node)
    words = " ".join(text.split())
    return f"if {words}" if isinstance(node, ast.If) else words
