"""What a refusal advises is told in Hindi as well, by sentences that the service really says."""

import ast
from pathlib import Path

import sangathan_identity
from sangathan_identity.domain.hindi import SENTENCES


def test_every_sentence_with_hindi_is_one_that_is_said() -> None:
    own = Path(sangathan_identity.__file__).parent
    trees = (ast.parse(file.read_text("utf-8")) for file in own.rglob("*.py") if file.name != "hindi.py")
    said = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert [sentence for sentence in SENTENCES if sentence not in said] == []
