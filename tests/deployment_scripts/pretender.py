"""Run under the name of gcloud, terraform or python: writes down how it was called, and answers as it was told.

Its file of answers is JSON: {"tool": [[regular expression of the joined arguments, exit status, output], ...]}, of
which the first that is found counts. Unknown calls succeed and say nothing.
"""

import json
import os
import re
import sys
from pathlib import Path


def main() -> int:
    tool = Path(sys.argv[0]).name
    arguments = sys.argv[1:]
    folder = Path(os.environ["PRETEND_FOLDER"])
    line = {"tool": tool, "arguments": arguments}
    if "--data-file=-" in arguments or "infra.cloud.permissions" in arguments:
        line["input"] = sys.stdin.read()
    with (folder / "calls").open("a") as calls:
        calls.write(json.dumps(line) + "\n")
    said = " ".join(arguments)
    if tool == "python" and "infra.cloud.revisions" in arguments:
        os.execv(sys.executable, [sys.executable, *arguments])
    for pattern, status, output in json.loads((folder / "answers").read_text()).get(tool, ()):
        if re.search(pattern, said):
            (sys.stderr if status not in (0, 2) else sys.stdout).write(output)
            return int(status)
    return 0


if __name__ == "__main__":
    sys.exit(main())
