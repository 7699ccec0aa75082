"""Which packages are installed; everything else about the build stands in pyproject.toml."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["govmodel*"]), "govmodel_app"], package_dir={"govmodel_app": "app"})
