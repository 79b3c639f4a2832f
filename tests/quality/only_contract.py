"""An import-linter contract that says what may be imported, since a list of what may not is never complete."""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain import helpers


class OnlyContract(Contract):
    """Modules import their own package, the standard library and what is `allowed` with its descendants; no more.

    Configuration: `modules` (expressions; each match is taken with its descendants) and `allowed` (module names).
    """

    type_name = "only"

    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's own signature.
        """Looks at every direct import of the matched modules."""
        found: list[tuple[str, str]] = []
        for top in helpers.module_expressions_to_modules(graph, self.modules):  # type: ignore[arg-type]  # A field reads as its value.
            welcome = (top.name, *self.allowed)  # type: ignore[misc]  # The same.
            for importer in {top.name, *graph.find_descendants(top.name)}:
                imports = graph.find_modules_directly_imported_by(importer)
                found += [(importer, imported) for imported in imports if not _fits(imported, welcome)]
        return ContractCheck(kept=not found, metadata={"found": sorted(found)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints one line per unwelcome import."""
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}")
        output.new_line()


def _fits(module: str, welcome: tuple[str, ...]) -> bool:
    if module.partition(".")[0] in sys.stdlib_module_names:
        return True
    return any(module == one or module.startswith(f"{one}.") for one in welcome)
