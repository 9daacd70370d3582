"""Write the table of trainings by which the recipe was chosen into docs/reproduction.md.

python -m benchmarks.recipe
"""

import re
from pathlib import Path

import pandas as pd
from tabulate import tabulate

ROOT = Path(__file__).resolve().parent.parent
TRAININGS = ROOT / "benchmarks" / "recipe.csv"
PAGE = ROOT / "docs" / "reproduction.md"
BLOCK = re.compile(r"(<!-- recipe:begin -->\n).*?(<!-- recipe:end -->)", re.DOTALL)


def render(trainings: pd.DataFrame) -> str:
    """Render one table a model, its trainings in the order of the list."""
    shown = ["setting", "vectors", "epochs", "seed", "dev", "test", "paper"]
    return "\n".join(
        f"\n**{model}**\n\n"
        + tabulate(
            rows[shown].fillna("").astype(str).values.tolist(),
            headers=shown,
            tablefmt="github",
            disable_numparse=True,
        )
        + "\n"
        for model, rows in trainings.groupby("model", sort=False)
    )


def read_trainings() -> pd.DataFrame:
    """Read the list; every cell stays the text that it is."""
    return pd.read_csv(TRAININGS, dtype=str)


def main() -> None:
    """Replace the block of the page."""
    table = render(read_trainings())
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(rf"\g<1>{table}\n\g<2>", page), encoding="utf-8")


if __name__ == "__main__":
    main()
