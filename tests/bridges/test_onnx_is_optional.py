"""Without the package onnx, microbp says what to install, when it is needed."""

from tests.helpers import run_python


def test_without_onnx_the_error_says_what_to_install():
    said = run_python("""
import sys
sys.modules["onnx"] = None
import microbp
from microbp import MLP, MicrobpError
try:
    microbp.onnx.export(MLP(1, [1]), "model.onnx")
except MicrobpError as error:
    print(isinstance(error, ImportError), error)
""")

    assert said.startswith("True export to ONNX needs the package onnx: pip install")
