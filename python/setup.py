"""What pyproject.toml cannot say: the version, and that one wheel with a library in it serves every Python 3."""
import os

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.dist import Distribution


class LibraryWheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class LibraryDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(
    version=os.environ["SLOWFAST_VERSION"],
    distclass=LibraryDistribution,
    cmdclass={"bdist_wheel": LibraryWheel},
)
