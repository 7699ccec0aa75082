"""Government: the centre puts the law in force and pays subsidies; provinces inspect."""

import mesa


class CentralGovernment(mesa.Agent):
    """The central government: the law of the month and the public purse."""

    def __init__(self, model):
        super().__init__(model)
        self.name = "central_government"
        self._paths = {name: path.tolist() for name, path in model.lever_paths.items()}

    def law(self, months_run: int) -> dict[str, float]:
        """Give every lever's value in force, by how many months have been run."""
        return {name: path[months_run] for name, path in self._paths.items()}


class Province(mesa.Agent):
    """A provincial government, which sends the inspectors."""

    def __init__(self, model, code: str, index: int):
        super().__init__(model)
        self.name, self.index = code, index
