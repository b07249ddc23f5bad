"""nbgrader's own release steps, as the builder and `generate_assignment` take them."""

from __future__ import annotations

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)


class ClearAnswers(ClearSolutions):
    """nbgrader's own step, with a separate stub for each cell."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Replace a solution by the stub that the builder left in the metadata."""
        stub = cell.metadata.pop("stub", None)
        if stub is not None:
            self.code_stub = {"python": stub}
        return super().preprocess_cell(cell, resources, cell_index)


RELEASE_STEPS = [
    LockCells,
    ClearAnswers,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]
SAVE_AT = 5  # where nbgrader's generate step enters the cells in the gradebook
