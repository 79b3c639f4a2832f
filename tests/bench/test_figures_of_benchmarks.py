"""Every benchmark runs at a tiny size and prints the figures under the names that others rely on."""

from pathlib import Path
from typing import Any

from sangathan_bench import authz, drive, match, revocation, scope, search, sync
from sangathan_bench import list as list_bench
from tests.bench.conftest import Lines


def names(lines: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(line["case"], line["figure"]) for line in lines}


def test_a_page_is_compared_with_a_bare_server(running_data: Path, printed: Lines) -> None:
    arguments = ["--data", str(running_data), "--no-peers", "--rounds", "1", "--levels", "mandal"]
    assert list_bench.main(json=True, arguments=arguments) == 0
    ours = {("mandal", figure) for figure in ("requests_per_s", "p99_ms", "vs_bare")}
    assert names(printed()) == ours | {("mandal-bare", "requests_per_s"), ("mandal-bare", "p99_ms")}


def test_batches_are_sent_and_taken_away_again(running_data: Path, printed: Lines) -> None:
    arguments = ["--data", str(running_data), "--rounds", "2", "--records", "300", "--batch", "20"]
    assert sync.main(json=True, arguments=arguments) == 0
    lines = printed()
    assert {("batches-of-20", figure) for figure in ("records_per_s", "drain_s", "batch_p99_ms")} <= names(lines)
    assert all(line["bench"] == "sync" for line in lines)


def test_a_drive_comes_in_whole(running_data: Path, printed: Lines) -> None:
    assert drive.main(json=True, arguments=["--data", str(running_data), "--records", "400", "--no-peers"]) == 0
    lines = printed()
    told = {(line["case"], line["figure"]): line["value"] for line in lines}
    assert {"seconds", "records_per_s", "batch_p99_ms", "drain_s", "peak_rss_mb"} <= {figure for _, figure in told}
    assert {("registry", "peak_rss_mb"), ("postgres", "peak_rss_mb"), ("registry", "cpu_us_per_record")} <= told.keys()
    assert (told["", "lost"], told["", "doubled"], told["", "counters_wrong"]) == (0, 0, 0)
    assert told["", "receipts"] == 396
    assert told["", "twice_found"] == 1


def test_matching_says_what_it_finds_and_what_it_finds_wrongly(printed: Lines) -> None:
    assert match.main(json=True, arguments=["--records", "600"]) == 0
    both = {(case, figure) for case in ("people", "single-words") for figure in ("recall", "false_per_record")}
    assert both <= names(printed())


def test_decisions_and_tokens_are_counted(printed: Lines) -> None:
    assert authz.main(json=True, arguments=["--rounds", "1", "--seconds", "0.05"]) == 0
    told = names(printed())
    assert told == {("office-and-range", "checks_per_s"), ("cached", "tokens_per_s"), ("uncached", "tokens_per_s")}


def test_a_session_ends_at_the_gateway_and_on_the_socket(running_data: Path, printed: Lines) -> None:
    assert revocation.main(json=True, arguments=["--data", str(running_data), "--rounds", "2"]) == 0
    assert names(printed()) == {(case, figure) for case in ("gateway", "socket") for figure in ("p50_ms", "p99_ms")}


def test_every_level_is_asked_for_its_pages_counts_and_names(running_data: Path, printed: Lines) -> None:
    assert scope.main(json=True, arguments=["--data", str(running_data), "--rounds", "2", "--moves", "1"]) == 0
    levels = ("booth", "mandal", "vidhan-sabha", "district", "state", "nation")
    answers = ("page_p50_ms", "middle_page_p50_ms", "search_p50_ms", "sound_p50_ms", "phone_p50_ms", "count_p50_ms")
    each = {(level, figure) for level in levels for figure in (*answers, "slowest_vs_booth_page")}
    assert names(printed()) == each | {("mandal", "move_mandal_ms")}


def test_names_are_looked_for_in_three_scopes(running_data: Path, printed: Lines) -> None:
    assert search.main(json=True, arguments=["--data", str(running_data), "--rounds", "1"]) == 0
    kinds = ("", "-hindi", "-letters", "-english", "-sound")
    cases = {f"{level}{kind}" for level in ("booth", "district", "state") for kind in kinds}
    assert names(printed()) == {(case, figure) for case in cases for figure in ("p50_ms", "p99_ms")}
