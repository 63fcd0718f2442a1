"""A refusal is raised with words that the catalogues know: a `Sentence`, `gettext`, or plain gathered text."""

import ast
from collections.abc import Iterator

from tools import messages

TO_OPERATORS = ("doors/adventureworks/", "src/troth/demo/")
"""Bringing raw files in is a command: it speaks English."""


def test_no_refusal_is_raised_with_words_that_the_catalogues_do_not_know():
    trees = {path: ast.parse(path.read_text()) for path in messages.files(".py")}
    classes, known = refusals(trees.values()), words()
    assert len(classes) > 150
    found = [
        f"{path.relative_to(messages.ROOT)}:{fault}"
        for path, tree in trees.items()
        if not any(part in path.as_posix() for part in TO_OPERATORS)
        for fault in faults(tree, classes, known)
    ]
    assert found == [], "\n".join(found)


RAISED = """
class Wrong(BusinessError): ...
class Worse(Wrong): ...

def judge(row, name, flag):
    said = f"{name} is wrong."
    if flag:
        said = Sentence("%(name)s is wrong.", name=f"the {name}")
    raise Worse(said)

def others(row, name, flag):
    raise Wrong("nobody gathers this")
    raise Wrong("%s is wrong." % name)
    raise Wrong("{} is wrong.".format(name))
    raise Wrong("It is wrong" + name)
    raise module.Wrong(f"{name} is wrong." if flag else "Known.")
    row.refuse(Wrong, f"{name} is wrong.", "name")
    release(reason=f"{name} was wrong.")

def sound(row, name, flag):
    raise Wrong("Known.")
    raise Wrong(gettext("%(name)s is wrong") % {"name": name})
    raise Wrong(Sentence("%(name)s is wrong."), name=name)
    raise Wrong(error.message)
    row.refuse(Wrong, Sentence("Known."), f"{name}_on")
    raise ValueError(f"{name} is wrong.")
"""


def test_words_that_nobody_can_translate_are_told():
    tree = ast.parse(RAISED)
    classes = refusals([tree])
    assert classes == {"BusinessError", "Wrong", "Worse"}
    told = list(faults(tree, classes, {"Known."}))
    assert [one.partition(":")[0] for one in told] == ["9", "12", "13", "14", "15", "16", "17", "18"]


def words() -> set[str]:
    ids = (message.id for message in messages.kept("de"))
    return {one for message in ids for one in ((message,) if isinstance(message, str) else message)}


def refusals(trees) -> set[str]:
    """The names of `BusinessError` and of all classes that derive from it."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"BusinessError"}
    while more := {name for name, own in bases.items() if own & found} - found:
        found |= more
    return found


def faults(tree: ast.Module, classes: set[str], known: set[str]) -> Iterator[str]:
    """(line: what is wrong) for each call that makes a refusal or gives a reason."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for call in ast.walk(tree):
        said = _said(call, classes) if isinstance(call, ast.Call) else None
        if said is None:
            continue
        within = [one for one in functions if one.lineno <= call.lineno <= (one.end_lineno or 0)]
        for leaf in _leaves(said, within[-1] if within else tree):
            if _is_built(leaf):
                yield f"{call.lineno}: words built from parts; make them a Sentence: {ast.unparse(leaf)}"
            elif isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and leaf.value not in {"", *known}:
                yield f"{call.lineno}: not gathered; make it a Sentence: {leaf.value!r}"


def _said(call: ast.Call, classes: set[str]) -> ast.expr | None:
    name = _name(call.func)
    if name in classes and call.args:
        return call.args[0]
    if name == "refuse" and len(call.args) > 1 and _name(call.args[0]) in classes:
        return call.args[1]
    return next((one.value for one in call.keywords if one.arg == "reason" and _is_built(one.value)), None)


def _leaves(said: ast.expr, within: ast.AST) -> Iterator[ast.expr]:
    """What the words may be: both sides of a choice, and each value of a name."""
    if isinstance(said, ast.IfExp):
        yield from _leaves(said.body, within)
        yield from _leaves(said.orelse, within)
    elif isinstance(said, ast.Name):
        given = [node for node in ast.walk(within) if isinstance(node, ast.Assign)]
        values = [node.value for node in given if said.id in map(_name, node.targets)]
        yield from (leaf for value in values if not isinstance(value, ast.Name) for leaf in _leaves(value, within))
    else:
        yield said


def _is_built(words: ast.expr) -> bool:
    if isinstance(words, ast.BinOp):
        return isinstance(words.left, ast.Constant | ast.JoinedStr) or _is_built(words.left)
    if isinstance(words, ast.Call) and isinstance(words.func, ast.Attribute) and words.func.attr == "format":
        return isinstance(words.func.value, ast.Constant)
    return isinstance(words, ast.JoinedStr)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
