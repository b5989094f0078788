"""What holds for the project as a whole: its layout, its packages, its locks."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTION = "what-people-say-monitor"
TOP_LEVEL = {"monitor", "jobs", "reports", "tests", "docs", "requirements"}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_the_top_level_holds_only_the_given_folders() -> None:
    folders = {name.split("/")[0] for name in tracked() if "/" in name}
    assert {name for name in folders if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("package", ["monitor", "reports", "jobs"])
def test_no_other_distribution_owns_our_packages(package: str) -> None:
    assert set(packages_distributions().get(package, [DISTRIBUTION])) == {DISTRIBUTION}


@pytest.mark.parametrize("lock", ["core", "dev"])
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9-]+==\S+", text, re.MULTILINE)
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_every_core_pin_is_the_same_in_the_dev_lock() -> None:
    def pins(lock: str) -> set[str]:
        return set(
            re.findall(r"^[a-z0-9-]+==[^\s\\]+", (ROOT / "requirements" / f"{lock}.lock").read_text(), re.MULTILINE)
        )

    assert pins("core") <= pins("dev")


def test_the_wheel_holds_exactly_three_packages_and_what_they_need(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "-w", str(tmp_path)]
    copy = tmp_path / "source"
    for name in tracked():
        if (ROOT / name).is_file():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run([*build, str(copy)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"monitor", "reports", "jobs"}
    shipped = {name for name in tracked() if name.startswith(("monitor/", "reports/", "jobs/"))}
    assert shipped <= set(names)
