"""Only what pyproject.toml cannot say: the wheel carries the content of resources/ as designer/resources."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

RESOURCES = Path("resources")


class BuildWithResources(build_py):
    """Copies resources/ into the wheel. In an editable install the folder stays where it is."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for source, target in self._resources().items():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        outputs: list[str] = super().get_outputs(include_bytecode)
        return outputs if self.editable_mode else [*outputs, *self._resources().values()]

    def _resources(self) -> dict[str, str]:
        target = Path(self.build_lib, "designer", "resources")
        files = sorted(path for path in RESOURCES.rglob("*") if path.is_file())
        return {str(path): str(target / path.relative_to(RESOURCES)) for path in files}


setup(cmdclass={"build_py": BuildWithResources})
