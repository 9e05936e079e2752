"""Time `python -c "import microbp"` beside `python -c pass`. Prints JSON.

Each is a whole process, seen from outside. `-I` keeps environment variables, the user's
packages and the current directory out of both.
"""

import json
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import perf_counter

from timing import interleaved


def run(command, folder):
    def task():
        start = perf_counter()
        subprocess.run([sys.executable, "-I", "-c", command], cwd=folder, check=True)
        return {"whole": perf_counter() - start}

    return task


if __name__ == "__main__":
    rounds = int(sys.argv[1])
    with TemporaryDirectory() as folder:
        tasks = {each: run(each, folder) for each in ("pass", "import microbp")}
        print(json.dumps(interleaved(tasks, rounds)))
