"""The child that sets one paper and ends: Typst keeps what it has set in memory (90 MB a thousand rows), which a server must not."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    """Return 0 with the PDF on standard output for the job on standard input; 1 with Typst's words on standard error."""
    import typst  # noqa: PLC0415 - an extra

    job = json.loads(sys.stdin.buffer.read())
    here = Path(__file__).parent
    book = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=job["folders"])
    compiler = typst.Compiler(here / job["form"], root=here, font_paths=book, sys_inputs={"content": job["content"]})
    try:
        made = compiler.compile(format="pdf", pdf_standards=["a-2a"], timestamp=job["timestamp"])
    except typst.TypstError as error:
        sys.stderr.write("\n".join((error.message, *error.hints)))
        return 1
    sys.stdout.buffer.write(made)  # type: ignore[arg-type] # bytes, since no output was named
    return 0


if __name__ == "__main__":
    sys.exit(main())
