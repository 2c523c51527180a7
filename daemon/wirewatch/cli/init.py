"""`wirewatch init`: a commented configuration to start from."""

from pathlib import Path
from typing import Annotated

import typer

from wirewatch.cli.app import app


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("config"),
) -> None:
    """Write a commented starting configuration; nothing that exists is overwritten."""
    from importlib import resources

    defaults = Path(str(resources.files("wirewatch"))) / "defaults"
    files = [defaults / "wirewatch.toml", *sorted((defaults / "rules").glob("*.toml"))]
    targets = [folder / file.relative_to(defaults) for file in files]
    taken = [str(target) for target in targets if target.exists()]
    if taken:
        typer.echo(f"nothing written, these exist: {', '.join(taken)}", err=True)
        raise typer.Exit(1)
    for file, target in zip(files, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
        print(f"wrote {target}")
    print(f"next: edit {targets[0]}, then `wirewatch check` and `wirewatch run`")
