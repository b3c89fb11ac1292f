"""Mutants: small breakages of one place in one file, found in the syntax tree or given by name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

TURNED = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
# Calls on a queryset, or on whatever narrows what is seen, that can be left out.
DROPPED = {
    "filter",
    "exclude",
    "at",
    "current",
    "visible_to",
    "taking_part",
    "select_for_update",
    "order_by",
    "distinct",
}
# Calls that may well go on with an argument less; elsewhere a missing one is no more than a TypeError.
SPARED = DROPPED | {"get", "create", "get_or_create", "update", "update_or_create", "save", "record", "Q", "Count"}
# Decorators without which nothing would start, or nothing would be different.
KEPT = {"property", "classmethod", "staticmethod", "contextmanager", "wraps", "dataclass", "lru_cache", "receiver"}


@dataclass(frozen=True)
class Mutant:
    """`file` with the bytes from `begin` to `end` replaced by `after`; `scope` is the function they lie in."""

    file: str
    begin: int
    end: int
    after: str
    scope: str
    lines: tuple[str, str]  # the lines it changes, before and after
    why: str = ""
    tests: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is known by; line numbers are no part of it, so that it outlives changes elsewhere in the file."""
        return f"{self.file} {self.scope}: {self.lines[0]} -> {self.lines[1]}"

    def of(self, source: bytes) -> bytes:
        """Return the source of the file with this mutant in it."""
        return source[: self.begin] + self.after.encode() + source[self.end :]


def mutant(file: str, source: bytes, begin: int, end: int, after: str, scope: str, **more) -> Mutant:
    """Return a mutant with the whole lines that it changes."""
    first = source.rfind(b"\n", 0, begin) + 1
    last = source.find(b"\n", end) if source.find(b"\n", end) >= 0 else len(source)
    changed = (source[first:begin] + after.encode() + source[end:last]).decode()
    lines = (" ".join(source[first:last].decode().split()), " ".join(changed.split()))
    return Mutant(file, begin, end, after, scope, lines, **more)


def named(file: str, source: bytes, entry: dict) -> Mutant:
    """Return the mutant of an entry of named.toml; ValueError unless its `before` stands in the file exactly once."""
    before = entry["before"].encode()
    if source.count(before) != 1:
        raise ValueError(f"named.toml: found {source.count(before)} times in {file}, not once: {entry['before']!r}")
    begin, end, after = source.index(before), source.index(before) + len(before), entry["after"].encode()
    while begin < end and after and source[begin] == after[0]:  # only what differs counts for where it lies
        begin, after = begin + 1, after[1:]
    while begin < end and after and source[end - 1] == after[-1]:
        end, after = end - 1, after[:-1]
    within = begin + len(source[begin:end].rstrip())
    scope = scope_at(source, begin, within) if file.endswith(".py") else ""
    why, tests = entry["why"], tuple(entry.get("tests", ()))
    return mutant(file, source, begin, end, after.decode(), scope, why=why, tests=tests)


def scope_at(source: bytes, begin: int, end: int) -> str:
    """Return the qualified name of the innermost function around these bytes; empty where there is none."""
    finder = Finder("", source)
    finder.visit(ast.parse(source))
    around = [(last - first, name) for first, last, name in finder.scopes if first <= begin and end <= last]
    return min(around)[1] if around else ""


def found_in(file: str, source: bytes) -> Iterator[Mutant]:
    """Yield every mutant that the operators make of a module, each once."""
    finder, seen = Finder(file, source), set()
    finder.visit(ast.parse(source))
    for one in finder.mutants:
        if one.key not in seen and one.lines[0] != one.lines[1]:
            seen.add(one.key)
            yield one


def name_of(node: ast.expr) -> str:
    """Return the last part of a name with dots; empty for what has no name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


class Finder(ast.NodeVisitor):
    """Walks over a module and notes mutants; annotations, texts, asserts and the fields of classes are left alone."""

    def __init__(self, file: str, source: bytes):
        self.file, self.source = file, source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.mutants: list[Mutant] = []
        self.scopes: list[tuple[int, int, str]] = []
        self.names: list[str] = []

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Return the bytes of a node."""
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def note(self, begin: int, end: int, after: str) -> None:
        """Note a mutant."""
        scope = ".".join(self.names).removesuffix(".<locals>")
        self.mutants.append(mutant(self.file, self.source, begin, end, after, scope))

    def replace(self, node, after: str) -> None:
        """Note a mutant that has something else in the place of a node."""
        self.note(*self.span(node), after)

    def text(self, node) -> str:
        begin, end = self.span(node)
        return self.source[begin:end].decode()

    # --- what is left alone ---

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        begin, end = self.span(node)
        for one in node.decorator_list:
            begin = min(begin, self.span(one)[0] - 1)
        self.names += [node.name, "<locals>"]
        self.scopes.append((begin, end, ".".join(self.names).removesuffix(".<locals>")))
        for one in node.decorator_list:
            if name_of(one.func if isinstance(one, ast.Call) else one) not in KEPT:
                self.note(self.span(one)[0] - 1, self.span(one)[1], "")
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        for one in node.body:
            self.visit(one)
        del self.names[-2:]

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.names.append(node.name)
        for one in node.body:
            if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
                self.visit(one)
        self.names.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        pass

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass

    # --- what is turned, negated, dropped ---

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            before, after = TURNED[type(operator)]
            begin, end = self.span(left)[1], self.span(right)[0]
            self.note(begin, end, re.sub(before.replace(" ", r"\s+"), after, self.source[begin:end].decode(), count=1))
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        before, after = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            begin, end = self.span(left)[1], self.span(right)[0]
            self.note(begin, end, self.source[begin:end].decode().replace(before, after, 1))
        self.generic_visit(node)

    def _negated(self, node: ast.If | ast.IfExp) -> None:
        if not isinstance(node.test, (ast.Compare, ast.UnaryOp)):
            self.replace(node.test, f"not ({self.text(node.test)})")
        self.generic_visit(node)

    visit_If = visit_IfExp = _negated

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self.replace(node, f"({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.replace(node, str(not node.value))
        elif isinstance(node.value, int):
            self.replace(node, str(node.value + 1))

    def visit_Call(self, node: ast.Call) -> None:
        name = name_of(node.func)
        if name == "_":
            return
        if isinstance(node.func, ast.Attribute) and name in DROPPED:
            self.note(self.span(node.func.value)[1], self.span(node)[1], "")
        for one in node.keywords:
            if one.arg and name in SPARED:
                begin, end = self.span(one)
                self.note(begin, end + len(re.match(rb"\s*,?", self.source[end:])[0]), "")
        self.generic_visit(node)

    # --- statements that are not done ---

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.replace(node, "pass")
        self.generic_visit(node)

    def _removed(self, node: ast.stmt) -> None:
        self.replace(node, "pass")
        self.generic_visit(node)

    visit_Raise = visit_AugAssign = visit_Delete = visit_Continue = _removed

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(one, (ast.Attribute, ast.Subscript)) for one in node.targets):
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self.replace(node, "return None")
        self.generic_visit(node)
