"""How fast the catalogue is searched, beside an answer that costs no query.

    python benchmarks/search.py --videos 1000000 --keep /var/tmp/search
    python benchmarks/search.py --videos 100000,1000000,10000000 --keep /var/tmp/search
    python benchmarks/search.py --only walk --keep /var/tmp/search

Builds a catalogue inside PostgreSQL, starts the web application as the product does, logs in and
asks for random lists over HTTP: filters weighted as people use them with rare and contradictory
ones between them, every sort, first, tenth, deep and last pages, by page and by cursor. The figures
are multiples of the *floor*: a logged-in route of the same application that answers a fixed JSON of
the same size without a query. It has an answer for each size that is asked for (20, 50 or 100 rows,
whole or with some fields), as the list gives it for the whole catalogue; each request counts
against the median floor of its own size. The floors are measured between the requests, in turns and
from the first to the last, so that the machine's mood cancels out. Beside them stand multiples of
the floor of 20 rows alone, which is how earlier runs counted. What is found out for a request
before it is sent, such as the cursor of a deep page, is not measured, but it is asked of the same
process; "asked before" tells how many requests could gain by what was asked earlier.

Then where the time went by kind; the worst ten with their plans; the naive way for some of the same
questions (no index but the keys, OFFSET, an exact count); eight clients at once, beside the floors
of the sizes that they ask for; a walk through everything by cursor, alone and during imports; and
how soon an edit is seen by an open page. The exit code is 1 if a bar is missed or an answer failed.

With `--keep` the databases stay in that folder and are used again; ten million videos take about
20 minutes to build, and 35 GB of disk.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from searching import table
from searching.catalogue import ensure_catalogue
from searching.crowd import run_crowd
from searching.databases import catalogue, home_of, name_of, server, warm
from searching.edit import run_edits
from searching.facts import Facts, read_facts
from searching.mix import Asked, Mix, again, let_read, run_mix
from searching.naive import answer_naively, answerable
from searching.plans import explainer, short, whole
from searching.server import Site, served
from searching.walk import walk

CATALOGUE_SEED = 1
PARTS = ("mix", "clients", "walk", "edit")
# A walk through more takes too long to be told anything new by it.
LARGEST_WALK = 1_000_000


@dataclass
class Bench:
    """One catalogue behind one site, and what was found about it."""

    site: Site
    facts: Facts
    options: argparse.Namespace
    folder: Path
    missed: list[str] = field(default_factory=list)
    mixed: Mix | None = None

    def run(self) -> None:
        """All parts that were asked for."""
        parts = {"mix": self.mix, "clients": self.clients, "walk": self.walk, "edit": self.edit}
        for name in self.options.only or PARTS:
            if name != "walk" or self.options.only or self.facts.videos <= LARGEST_WALK:
                parts[name]()

    def mix(self) -> None:
        mix = run_mix(self.site, self.facts, self.options.requests, self.options.seed)
        self.mixed = mix
        self.show(table.mix_lines(mix))
        self.show(table.parts(mix))
        self.worst(mix)
        self.naive(mix)

    def worst(self, mix: Mix) -> None:
        """The slowest answers, asked again, with their plans."""
        print("the worst:")
        plans = []
        with explainer(self.site, self.folder) as explained:
            for asked in mix.worst():
                line = table.worst_line(mix, asked, again(self.site, asked))
                statements = explained.statements_of(asked.url)
                plans.append(f"{line}\n{asked.url}\n{whole(statements)}\n")
                self.show([line, *(f"      {text}" for text in short(statements))])
        file = self.folder / "worst.txt"
        file.write_text("\n".join(plans))
        if self.options.keep:
            print(f"  all their statements and plans: {file}")
        print()

    def naive(self, mix: Mix) -> None:
        some: list[Asked] = [asked for asked in mix.asked if answerable(asked.question)]
        questions = (asked.question for asked in some)
        by_hand = answer_naively(self.site.url, questions, self.options.naive)
        self.show(table.naive_lines(mix, by_hand, some[: len(by_hand)]))

    def clients(self) -> None:
        if self.mixed is None:
            let_read(self.site.client(), self.facts.videos)
        self.show(table.crowd_lines(run_crowd(self.site, self.facts, self.options.seed)))

    def walk(self) -> None:
        self.show([table.walk_line(walk(self.site, self.facts.videos), "alone")])
        imports = walk(self.site, self.facts.videos, self.folder / "reports")
        self.show([table.walk_line(imports, "during imports")])

    def edit(self) -> None:
        self.show([table.edit_line(run_edits(self.site, self.options.seed))])

    def show(self, lines: Iterable[str]) -> None:
        """Print, and remember what missed its bar."""
        shown = list(lines)
        print("\n".join([*shown, ""] if len(shown) > 1 else shown), flush=True)
        self.missed += [line for line in shown if line.endswith("  missed")]


def main() -> int:
    """Measure what was asked for; 1 if a bar is missed."""
    options = _options()
    missed: list[str] = []
    mixes: list[Mix] = []
    with home_of(options.keep) as home:
        for videos, url in _catalogues(home, options):
            print(f"{table.machine(url)}\n{videos:,} videos, seed {options.seed}\n", flush=True)
            folder = home / f"web-{name_of(videos)}"
            warm(url)
            with served(url, folder) as site:
                bench = Bench(site, read_facts(url, options.seed), options, folder)
                bench.run()
            missed += bench.missed
            mixes += [bench.mixed] if bench.mixed else []
    if len(mixes) > 1:
        line = table.growth_line(mixes[0], mixes[-1])
        print(line)
        missed += [line] if line.endswith("  missed") else []
    return 1 if missed else 0


def _catalogues(home: Path, options: argparse.Namespace) -> Iterator[tuple[int, str]]:
    """Each size with its database; they are built before anything is measured."""
    if options.url:
        ensure_catalogue(options.url, options.videos[0], CATALOGUE_SEED)
        yield options.videos[0], options.url
        return
    with server(home) as url:
        yield from [(videos, catalogue(url, videos, CATALOGUE_SEED)) for videos in options.videos]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=_numbers, default="100000", help="one size, or several")
    parser.add_argument("--requests", type=int, default=3000, help="of the mix")
    parser.add_argument("--seed", type=int, default=1, help="of the requests")
    parser.add_argument("--only", type=_parts, help=f"of {','.join(PARTS)}")
    parser.add_argument("--naive", type=float, default=120, help="seconds for the naive way, or 0")
    parser.add_argument("--keep", type=Path, help="a folder for the databases, used again")
    parser.add_argument("--url", help="a database to build the catalogue in, or that has it")
    options = parser.parse_args()
    if options.url and len(options.videos) > 1:
        parser.error("one database can hold one size only")
    return options


def _numbers(text: str) -> list[int]:
    return sorted(int(number) for number in text.replace("_", "").split(","))


def _parts(text: str) -> list[str]:
    if unknown := set(text.split(",")) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return text.split(",")


if __name__ == "__main__":
    sys.exit(main())
